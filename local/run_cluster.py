"""
`make run-cluster`: three RabbitMQ nodes, three PostgreSQL, three of analytics and panel, below
`.run/cluster/`, each machine of them an address of this one's loopback. Ctrl-C ends all.

Reads `.env` and the environment, which wins. Exit codes as those of `make run`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cluster.cluster_broker import cluster_nodes
from cluster.cluster_programs import (
    THRICE,
    cluster_places,
    cluster_probes,
    etcd_programs,
    for_services,
    node_programs,
    placed,
    postgres_programs,
)
from cluster.machines import LOOPBACK, Machine, machines_in
from cluster.patroni import end_leftover, prepare_patroni
from cluster.whereabouts import leading, whereabouts
from door_check import check_door_files
from env_file import read_env_file
from launching import (
    Outlook,
    Refusals,
    come_up,
    complain,
    say,
    start_log,
    stay,
    told_to_stop,
)
from parts.broker import prepare
from parts.broker_boot import BootLog
from parts.keeper import kept
from parts.places import Places
from parts.programs import other_programs
from parts.readiness import probes, web_address
from parts.service_accounts import ROOT, where_to_log_in_with
from parts.service_programs import DEMO_CLIENTS, Program
from ports import unusable_ports
from run_folder import FolderInUseError, close_to_others, held
from run_settings import PORTS, read_run_settings, shared_ports

READY_SECONDS = 300.0  # for each half; RabbitMQ's nodes join one after the other
VERB = "run-cluster"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run-cluster")
    folder = ROOT / ".run" / "cluster"
    parser.add_argument("--folder", type=Path, default=folder, help="for data and logs")
    parser.add_argument("--without-clients", action="store_true", help="nobody publishes")
    parser.add_argument(
        "--machines", default=",".join(LOOPBACK), help="ADDRESS or NAMESPACE=ADDRESS, of each"
    )
    given = parser.parse_args()
    folder = given.folder.resolve()
    try:
        settings = read_run_settings(read_env_file(ROOT / ".env") | dict(os.environ))
        check_door_files(settings)
        os.umask(0o077)  # what lies below the folder is its owner's alone
        with held(folder):
            close_to_others(folder)
            machines = machines_in(folder, given.machines.split(","))
            end_leftovers(machines)
            if wrong := not_possible(settings, machines):
                return complain("\n".join(wrong), VERB)
            return asyncio.run(run(Whole(settings, folder, machines, not given.without_clients)))
    except (FolderInUseError, OSError, ValueError) as error:
        return complain(str(error), VERB)


def not_possible(settings: Mapping[str, str], machines: Sequence[Machine]) -> list[str]:
    """A sentence for each reason not to start."""
    if given := [name for name in ("RABBITMQ_HOST", "STORE_URL") if settings[name]]:
        return [
            f"it starts brokers and databases of its own: leave {name} empty." for name in given
        ]
    once = [(name, int(settings[name])) for name in PORTS if name not in THRICE]
    thrice = {m.address: [(name, m.port(settings, name)) for name in THRICE] for m in machines}
    named = {(name, port) for ports in thrice.values() for name, port in ports}
    return shared_ports([*once, *sorted(named)]) or [
        *unusable_ports(once),
        *(
            sentence
            for machine in machines
            if not machine.namespace
            for sentence in unusable_ports(thrice[machine.address], machine.address)
        ),
    ]


def end_leftovers(machines: Iterable[Machine]) -> None:
    """PostgreSQL outlives its Patroni, and this program if that was killed."""
    for machine in machines:
        end_leftover(machine)


class Whole(NamedTuple):
    """What is run, and where."""

    settings: Mapping[str, str]
    folder: Path
    machines: Sequence[Machine]
    clients: bool  # two that publish, to have something to see

    def services(self) -> list[Program]:
        told = for_services(self.settings, self.folder, self.machines)
        programs = other_programs(told, self.folder, os.environ, self.places())
        wanted = (p for p in programs if self.clients or p.name not in DEMO_CLIENTS)
        return placed(wanted, self.machines)

    def places(self) -> Places:
        return cluster_places(self.settings, self.machines)


async def run(whole: Whole) -> int:
    """Start everything and stay until a signal; return the exit code."""
    settings, folder, machines, _ = whole
    stop = told_to_stop()
    start_log(folder)
    nodes = cluster_nodes(folder, machines, settings)
    for node in nodes:
        prepare(node)
    prepare_patroni(folder, machines, settings)
    boots = [
        BootLog(folder / "log" / f"{machine.part('rabbitmq-service')}.log", node.folder)
        for machine, node in zip(machines, nodes, strict=True)
    ]
    wanted = cluster_probes(settings, machines)
    below = Outlook(wanted, READY_SECONDS, boots, Refusals(stop), time.monotonic(), VERB)
    say("Starting three each of RabbitMQ, PostgreSQL, etcd, analytics and panel, and Traefik …")
    async with (
        kept(node_programs(nodes, machines, os.environ), folder),
        kept(etcd_programs(machines, settings, os.environ), folder),
        kept(postgres_programs(machines, os.environ), folder),
    ):
        code = await come_up(folder, below, stop) or await run_services(whole, below, stop)
        say("\nStopping …")
    end_leftovers(machines)
    say(f"Stopped. The data stays in {folder}.")
    return code


async def run_services(whole: Whole, below: Outlook, stop: asyncio.Event) -> int:
    if stop.is_set():
        return 0
    told = for_services(whole.settings, whole.folder, whole.machines)
    outlook = below._replace(wanted=probes(told, whole.places()))
    async with kept(whole.services(), whole.folder, below.refused.note):
        return await stay(whole.folder, outlook, stop, lambda: addresses(whole))


def addresses(whole: Whole) -> str:
    settings, folder, machines, _ = whole
    web = web_address(settings)
    return (
        f"  page        {web}/panel/\n"
        f"  report      {web}/reporte\n"
        f"  intake      {web}/eventos   (POST; docs/intake.md)\n"
        f"  Traefik     http://127.0.0.1:{settings['TRAEFIK_PORT']}/dashboard/\n"
        f"  management  http://127.0.0.1:{settings['RABBITMQ_MANAGEMENT_PORT']}/"
        f"   ({where_to_log_in_with()})\n"
        f"{whereabouts(settings, machines, folder, leading(settings, machines))}"
    )


if __name__ == "__main__":
    sys.exit(main())
