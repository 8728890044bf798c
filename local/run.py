"""
`make run`: starts every part below `.run/`, keeps it running, and ends all on Ctrl-C.

Reads `.env` and the environment, which wins. Exit codes: 0 after SIGINT, SIGTERM or SIGHUP,
1 when the parts don't come up, 2 when nothing could be started or a setting is wrong; a sentence
says why.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import NamedTuple

from door_check import check_door_files
from env_file import read_env_file
from parts.broker import prepare
from parts.broker_boot import BootLog
from parts.keeper import kept
from parts.part_log import LOG_BYTES
from parts.private_postgres import prepare_postgres
from parts.programs import broker_programs, node_of, other_programs, store_programs
from parts.readiness import first_unready, probes, web_address
from parts.service_accounts import ROOT, demo, where_to_log_in_with
from ports import unusable_ports
from run_folder import FolderInUseError, close_to_others, held, last_lines
from run_settings import PORTS, read_run_settings, used_ports

READY_SECONDS = 90.0
BAD_SETTING = 2  # the exit code of a service that can't use one


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
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
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
        code = await stay(settings, folder, Outlook(boot, refused), stop)
        say("\nStopping …")
    say(f"Stopped. The data stays in {folder}.")
    return code


class Refusals:
    """Parts that end at once because a setting is wrong: to start them again would not help."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop, self.part, self.ready = stop, "", False

    def note(self, name: str, code: int) -> None:
        # Traefik is no service of ours: for a Go program, 2 is a panic.
        if code == BAD_SETTING and name != "reverse-proxy" and not self.ready:
            self.part = name
            self._stop.set()


class Outlook(NamedTuple):
    """What makes it useless to wait any longer."""

    boot: BootLog
    refused: Refusals


async def stay(
    settings: Mapping[str, str], folder: Path, outlook: Outlook, stop: asyncio.Event
) -> int:
    boot, refused = outlook
    began = time.monotonic()
    late = await first_unready(probes(settings), READY_SECONDS, stop, boot.failed)
    if refused.part:
        say(f"{refused.part} refuses a setting. Its last words:")
        say(last_lines(folder / "log" / f"{refused.part}.log", 3))
        return BAD_SETTING
    if late and not stop.is_set():
        if reason := boot.reason():
            complain(reason)
            return 1
        say(f"{late.part} is not ready after {time.monotonic() - began:.0f} s. Its last words:")
        say(last_lines(folder / "log" / f"{late.part}.log"))
        return 1
    refused.ready = True
    if not late:
        say(f"Ready in {time.monotonic() - began:.0f} s.\n{addresses(settings)}")
        if demo():
            say("Accounts are the demo's, known to everybody: `make secretos` makes your own.")
        say(f"Logs: {folder}/log/   Ctrl-C stops everything.")
    await stop.wait()
    return 0


def start_log(folder: Path) -> None:
    """What happens to the parts goes to a file; the terminal keeps the addresses."""
    handler = RotatingFileHandler(folder / "log" / "run.log", maxBytes=LOG_BYTES, backupCount=1)
    logging.basicConfig(handlers=[handler], format="%(asctime)s %(message)s", level=logging.INFO)


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


def say(text: str) -> None:
    with suppress(OSError):  # a closed terminal is no reason not to stop in order
        print(text, flush=True)


def complain(text: str) -> int:
    for sentence in text.splitlines():
        print(f"make run: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
