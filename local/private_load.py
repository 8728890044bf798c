"""
`make load`: a load run (docs/load.md) against the running `make run`, or, when there is none,
against a stack of its own on free ports, which is gone afterwards: broker, Traefik, services, no
demo clients. Reads `.env` and the environment. Its arguments and exit codes are those of `simular`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from env_file import read_env_file
from parts.broker import prepare
from parts.keeper import kept
from parts.programs import broker_programs, node_of, other_programs
from parts.readiness import answers, first_unready, probes, running, web_address
from parts.service_accounts import ROOT, operator_password
from parts.service_programs import DEMO_CLIENTS
from run_folder import FolderInUseError, held, last_lines
from run_settings import PORTS, read_run_settings

READY_SECONDS = 90.0
ELSEWHERE = ("RABBITMQ_HOST", "RABBITMQ_TLS_CA")
DOORS = ("USUARIOS", "TLS_CERTIFICADO", "TLS_CLAVE", "ENTRADA_CLAVES")
ONE_FILE = {"ALMACEN": "archivo", "ANALITICAS": "1", "STORE_URL": ""}
FAILED, USAGE, INTERRUPTED = 1, 2, 130
HELP = ("-h", "--help")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make load", add_help=False, allow_abbrev=False)
    parser.add_argument("--folder", type=Path, default=ROOT / ".run" / "load")
    given, words = parser.parse_known_args()
    folder: Path = given.folder.resolve()
    try:
        settings = read_run_settings(read_env_file(ROOT / ".env") | dict(os.environ))
        if any(word in HELP for word in words) or answers(running(settings)):
            return asyncio.run(simulate(settings, words))
        with held(folder):
            return asyncio.run(simulate_alone(on_free_ports(settings), folder, words))
    except (FolderInUseError, OSError, ValueError) as error:
        print(f"make load: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


def on_free_ports(settings: Mapping[str, str]) -> dict[str, str]:
    """The same, but open, with a broker and a file of its own: nobody else is told these ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    own = dict(zip(PORTS, ports, strict=True))
    return {**settings, **dict.fromkeys(DOORS + ELSEWHERE, ""), **own, **ONE_FILE}


async def simulate_alone(settings: Mapping[str, str], folder: Path, words: list[str]) -> int:
    """Start a stack below *folder*, load it, end it, and remove what it wrote."""
    if wrong := await simulate(settings, [*words, "--dry-run"]):
        return wrong  # told before anything is started
    say("Nothing runs here: starting RabbitMQ, Traefik and the services for this run …")
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    (data / "log").mkdir(parents=True)
    prepare(node_of(settings, data))
    services = [p for p in other_programs(settings, data, os.environ) if p.name not in DEMO_CLIENTS]
    async with kept(broker_programs(settings, data, os.environ), data), kept(services, data):
        late = await first_unready(probes(settings), READY_SECONDS, stop)
        if stop.is_set():
            code = INTERRUPTED
        elif late:
            say(f"{late.part} is not ready after {READY_SECONDS:.0f} s. Its last words:")
            say(last_lines(data / "log" / f"{late.part}.log"))
            return FAILED  # and the logs stay
        else:
            code = await simulate(settings, words)
    shutil.rmtree(data, ignore_errors=True)
    return code


async def simulate(settings: Mapping[str, str], words: list[str]) -> int:
    """Run `simular` in the terminal; Ctrl-C is for it, and a SIGTERM is handed on."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "sender" / "app.py"), "simular"),
        *("--url", web_address(settings), *words),  # the last --url holds: the user's
        env={
            **os.environ,
            **settings,
            "RABBITMQ_PASSWORD": operator_password(settings["RABBITMQ_PASSWORD"]),
        },
    )
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    return await process.wait()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
