"""What `make run-cluster` starts beside what `make run` does too, and where all of it listens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cluster.cluster_broker import paused_check
from cluster.etcd import etcd_command
from cluster.machines import Machine
from cluster.patroni import cluster_password_file, cluster_url, patroni_command
from parts.broker import Node, epmd_command, node_command, node_environment
from parts.places import Place, Places
from parts.readiness import Probe
from parts.service_programs import ANALYTICS, PANEL, Program

THRICE = (
    *("RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_PORT", "RABBITMQ_DIST_PORT", "RABBITMQ_EPMD_PORT"),
    *("REPORTE_PORT", "PANEL_PORT", "PUSH_PORT"),
    *("POSTGRES_PORT", "PATRONI_PORT", "ETCD_PORT", "ETCD_PEER_PORT"),
)
"""Ports at each machine's address."""


def for_services(
    settings: Mapping[str, str], folder: Path, machines: Sequence[Machine]
) -> dict[str, str]:
    """The same, as if somebody else had started brokers and database."""
    return {
        **settings,
        "RABBITMQ_HOST": ",".join(machine.address for machine in machines),
        "RABBITMQ_TLS_CA": "",
        "ALMACEN": "archivo",
        "ANALITICAS": "1",
        "STORE_URL": cluster_url(machines, settings),
        "STORE_PASSWORD_FILE": str(cluster_password_file(folder)),
    }


def cluster_places(settings: Mapping[str, str], machines: Sequence[Machine]) -> Places:
    addresses = [machine.address for machine in machines]
    return Places([Place(host, settings["REPORTE_PORT"]) for host in addresses], addresses)


def node_programs(
    nodes: Sequence[Node], machines: Sequence[Machine], inherited: Mapping[str, str]
) -> list[Program]:
    """
    RabbitMQ, with one of Erlang's port mappers for all on one computer.

    Not guarded as `make run`'s is: what the analytics tell is not of one node. One that has paused
    itself for too long is started again.
    """
    each = list(zip(machines, nodes, strict=True))
    if any(machine.namespace for machine in machines):
        mappers = [m.at(_mapper(m.part("epmd"), inherited, node)) for m, node in each]
    else:
        mappers = [_mapper("epmd", inherited, *nodes)]
    return mappers + [
        machine.at(
            Program(
                machine.part("rabbitmq-service"),
                node_command(node),
                node_environment(node, inherited),
                stop_seconds=8.0,
                check=paused_check(),
            )
        )
        for machine, node in each
    ]


def _mapper(name: str, inherited: Mapping[str, str], *nodes: Node) -> Program:
    return Program(name, epmd_command(*nodes), node_environment(nodes[0], inherited))


def placed(programs: Iterable[Program], machines: Sequence[Machine]) -> list[Program]:
    """Analytics and panels on their machines; the others stay here."""
    home = {m.part(name): m for m in machines for name in (ANALYTICS, PANEL)}
    return [home[p.name].at(p) if p.name in home else p for p in programs]


def etcd_programs(
    machines: Sequence[Machine], settings: Mapping[str, str], inherited: Mapping[str, str]
) -> list[Program]:
    environment = _environment(inherited)
    return [
        machine.at(
            Program(machine.part("etcd"), etcd_command(machine, machines, settings), environment)
        )
        for machine in machines
    ]


def postgres_programs(machines: Sequence[Machine], inherited: Mapping[str, str]) -> list[Program]:
    environment = _environment(inherited)
    return [
        machine.at(
            Program(
                machine.part("postgres"), patroni_command(machine), environment, stop_seconds=20.0
            )
        )
        for machine in machines
    ]


def cluster_probes(settings: Mapping[str, str], machines: Sequence[Machine]) -> list[Probe]:
    """What the services need."""
    return [
        Probe(machine.part(name), f"http://{machine.address}:{settings[port]}{path}")
        for name, port, path in (
            ("rabbitmq-service", "RABBITMQ_MANAGEMENT_PORT", "/"),
            ("etcd", "ETCD_PORT", "/health"),
            ("postgres", "PATRONI_PORT", "/health"),
        )
        for machine in machines
    ]


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": inherited.get("PATH", os.defpath), "LANG": "C.UTF-8"}
