"""
`make run`: starts every part below `.run/`, keeps it running, and ends all on Ctrl-C.

Reads `.env` and the environment, which wins. Exit codes: 0 after SIGINT, SIGTERM or SIGHUP,
1 when the parts don't come up, 2 when nothing could be started or a setting is wrong; a sentence
says why.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from door_check import check_door_files
from env_file import read_env_file
from launching import Outlook, Refusals, complain, say, start_log, stay, told_to_stop
from parts.broker import prepare
from parts.broker_boot import BootLog
from parts.keeper import kept
from parts.private_postgres import prepare_postgres
from parts.programs import broker_programs, node_of, other_programs, store_programs
from parts.readiness import probes, web_address
from parts.service_accounts import ROOT, where_to_log_in_with
from ports import unusable_ports
from run_folder import FolderInUseError, close_to_others, held
from run_settings import PORTS, read_run_settings, used_ports

READY_SECONDS = 90.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument("--folder", type=Path, default=ROOT / ".run", help="for data and logs")
    folder: Path = parser.parse_args().folder.resolve()
    try:
        settings = read_run_settings(read_env_file(ROOT / ".env") | dict(os.environ))
        check_door_files(settings)
        os.umask(0o077)  # what lies below the folder is its owner's alone
        with held(folder):
            close_to_others(folder)
            if taken := unusable_ports(used_ports(settings)):
                return complain("\n".join(taken))
            return asyncio.run(run(settings, folder))
    except (FolderInUseError, OSError, ValueError) as error:
        return complain(str(error))


async def run(settings: Mapping[str, str], folder: Path) -> int:
    """Start everything and stay until a signal; return the exit code."""
    stop = told_to_stop()
    start_log(folder)
    if not settings["RABBITMQ_HOST"]:
        prepare(node_of(settings, folder))
    if settings["ALMACEN"] == "postgres":
        prepare_postgres(folder)
    boot = BootLog(folder / "log" / "rabbitmq-service.log", folder / "rabbitmq")
    refused = Refusals(stop)
    elsewhere = settings["RABBITMQ_HOST"]
    broker = f"with RabbitMQ at {elsewhere}: " if elsewhere else "RabbitMQ, "
    say(f"Starting {broker}Traefik, the services and two demo clients …")
    # Left in the reverse order: nobody loses the broker while it still has something to say.
    async with (
        kept(broker_programs(settings, folder, os.environ), folder),
        kept(store_programs(settings, folder, os.environ), folder),
        kept(other_programs(settings, folder, os.environ), folder, refused.note),
    ):
        outlook = Outlook(probes(settings), READY_SECONDS, [boot], refused, time.monotonic())
        code = await stay(folder, outlook, stop, lambda: addresses(settings))
        say("\nStopping …")
    say(f"Stopped. The data stays in {folder}.")
    return code


def addresses(settings: Mapping[str, str]) -> str:
    _, traefik, amqp, management = (f"127.0.0.1:{settings[name]}" for name in list(PORTS)[:4])
    web = web_address(settings)
    broker = f"{amqp}   ({where_to_log_in_with()})\n  management  http://{management}/"
    return (
        f"  page        {web}/panel/\n"
        f"  report      {web}/reporte\n"
        f"  intake      {web}/eventos   (POST; docs/intake.md)\n"
        f"  Traefik     http://{traefik}/dashboard/\n"
        f"  AMQP        {settings['RABBITMQ_HOST'] or broker}"
    )


if __name__ == "__main__":
    sys.exit(main())
