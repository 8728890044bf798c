"""The command line of `enviar`."""

from __future__ import annotations

import argparse

from events.client_name import client_name

EXAMPLES = """\
examples:
  tail -f shop.log | python app.py enviar
  python app.py enviar < events.ndjson
  echo '{"evento": "compra"}' | python app.py enviar --cliente web

A line is an event: {"cliente": "web", "evento": "compra", "timestamp": "2026-11-24T07:00:00Z"};
only the client is required. RABBITMQ_HOST, _PORT, _USER, _PASSWORD and _VHOST say where the
broker is; CLIENTE does what --cliente does.

exit codes: 0 every line was delivered; 1 some lines were bad, the rest was delivered; 2 wrong
usage or setting; 3 no broker at the start, nothing was read; 4 some events may be lost, since the
broker never confirmed them; 130 after Ctrl-C, 143 after SIGTERM, with what was read delivered.
"""


def line_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py enviar",
        description="Send events from standard input, one JSON object a line, as they come.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--cliente", metavar="NAME", type=_client, help="client of lines that name none"
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_seconds,
        default=30.0,
        help="how long to wait for the broker at the start, and at the end while it confirms"
        " nothing (default: 30)",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="tell only of bad lines and of trouble"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the result to standard output as JSON"
    )
    return parser


def _client(given: str) -> str:
    try:
        return client_name(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{given[:64]!r} is no number of seconds up to a day")
    return seconds
