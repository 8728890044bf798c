"""
sender: publishes events to the exchange `eventos_clientes`, confirmed.

Without arguments it is the demo client: invented events as $CLIENTE, until SIGINT or SIGTERM.
`python app.py --help` lists the other commands. Settings come from the environment; exit codes
are in exit_codes.py.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

# comun/ and carga/ lie beside this folder, and are found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from comun.logs import configure_logging

COMMANDS = {
    "enviar": "send events from standard input, one JSON object a line",
    "servir": "accept events over HTTP: POST /eventos",
    "simular": "act as many clients that send as many events as you say, and measure",
    "verificar": "check that what was sent is what was counted",
    "doctor": "check the settings and that every part of the system answers",
}
WITHOUT = "Without a command: publish invented events as the client named by CLIENTE."


def main(argv: Sequence[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal has a ✓, or every alphabet
        sys.stdout.reconfigure(errors="backslashreplace")
    configure_logging("consola")
    for noisy in ("aiormq", "aio_pika"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # we say the same, once
    if not argv:
        from demo.client import main as demo

        return demo(os.environ)
    # Only the command is parsed here: each parses the rest itself, and has its own --help.
    command = _parser().parse_args(argv[:1]).command
    return _loaded(command)(argv[1:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py", description="Publish events to Pulso.", epilog=WITHOUT
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        commands.add_parser(name, help=help_text, add_help=False)
    return parser


def _loaded(command: str) -> Callable[[Sequence[str]], int]:
    """Import what one command needs and nothing of the others."""
    if command == "enviar":
        from lines.command import main as send_lines

        return lambda rest: send_lines(rest, os.environ)
    if command == "servir":
        return _serve
    from carga.command_line import main as load

    return lambda rest: load([command, *rest])


def _serve(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python app.py servir",
        description="Accept events over HTTP (POST /eventos) and publish them, until SIGTERM.",
        epilog="It takes no arguments: the variables ENTRADA_* and RABBITMQ_* say where it"
        " listens, with which API keys, and where the broker is. See docs/intake.md.",
    )
    parser.parse_args(argv)
    from intake.server import serve

    return serve(os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
