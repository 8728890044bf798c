"""What the command line says."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from carga.figures.metrics import METRICS
from carga.figures.thresholds import Threshold, parse_threshold
from carga.sending.profile import PROFILES
from carga.sending.schedule import Schedule
from events.client_name import client_name

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
EVENTS_PER_PROCESS = 500_000  # a second: about half a core of one
EXIT_USAGE = 2


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """One run. *connections* share its clients, *processes* share the connections."""

    rate: float
    seconds: float
    clients: int
    profile: str
    viewers: int
    seed: int
    kinds: tuple[str, ...]
    one_by_one: bool
    connections: int
    processes: int
    thresholds: tuple[Threshold, ...]
    output: Path
    url: str | None
    json: bool
    quiet: bool


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without a page of usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"{self.prog}: {message.rstrip('.')}. See {self.prog} --help.\n")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--tasa", type=_number(0, 1_000_000), default=500, help="peak, events per second (500)")
    add("--duracion", type=_duration, default=60.0, help="like 60s, 5m, 1h (60s)")
    add("--clientes", type=_whole(1, 10_000), default=200, help="simulated clients (200)")
    add("--perfil", choices=tuple(PROFILES), default="constante", help="shape of the load")
    add("--visores", type=_whole(0, 10_000), default=100, help="WebSocket viewers (100)")
    add("--semilla", type=_whole(0, 2**63), default=42, help="same seed, same events (42)")
    add("--eventos", type=_kinds, default=("compra", "clic"), help="types, comma separated")
    add("--lote", choices=("auto", "1"), default="auto", help="events a message: gathered, or 1")
    add("--conexiones", type=_whole(1, 64), help="AMQP connections (one a process)")
    add("--procesos", type=_whole(1, 16), help="generators (one for each 500,000 events/s)")
    add("--umbral", type=_threshold, action="append", default=[], metavar="'METRIC<LIMIT'",
        help="repeatable; exit 99 when one is not met; METRIC: " + ", ".join(METRICS))  # fmt: skip
    add("--salida", type=Path, default=Path("reporte-carga"), help="where reports go")
    add("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add_common_options(parser)


def add_common_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--url", type=_url, help="of the page, without /panel (http://127.0.0.1:WEB_PORT)")
    add("--json", action="store_true", help="print resumen.json to stdout, and nothing else there")
    add("--quiet", "-q", action="store_true", help="print only what is wrong")


def plan(options: LoadOptions) -> str:
    """What a run would be, in a sentence."""
    events = Schedule(options.profile, options.rate, options.seconds).total
    return (
        f"{events:,} events in {options.seconds:g} s ({options.profile}, at most {options.rate:,g} "
        f"a second) as {options.clients:,} clients over {options.connections} connections, "
        f"watched by {options.viewers:,} viewers."
    )


def run_options(given: argparse.Namespace) -> LoadOptions:
    processes = given.procesos or _processes_for(given.tasa)
    connections = given.conexiones or processes
    return LoadOptions(
        rate=given.tasa,
        seconds=given.duracion,
        clients=given.clientes,
        profile=given.perfil,
        viewers=given.visores,
        seed=given.semilla,
        kinds=given.eventos,
        one_by_one=given.lote == "1",
        connections=min(connections, given.clientes),
        processes=min(processes, connections, given.clientes),
        thresholds=tuple(given.umbral),
        output=given.salida,
        url=given.url,
        json=given.json,
        quiet=given.quiet,
    )


def _processes_for(rate: float) -> int:
    """Not what this machine can do, but always the same, so that a seed's events are too."""
    return int(-(-rate // EVENTS_PER_PROCESS))


def _wrong(sentence: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(sentence)


def _number(above: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = above
        if not above < value <= most:
            raise _wrong(f"{text[:64]!r} is not a number above {above:g}, at most {most:,.0f}")
        return value

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        fits = text.isascii() and text.isdigit() and len(text) < 20
        if not fits or not least <= int(text) <= most:
            raise _wrong(f"{text[:64]!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _duration(text: str) -> float:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|)", text)
    seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not 1 <= seconds <= 86_400:
        raise _wrong(f"{text[:64]!r} is no duration from 1s to 24h: write it like 60s, 5m or 1h")
    return seconds


def _kinds(text: str) -> tuple[str, ...]:
    names = text.split(",")
    try:
        return tuple(dict.fromkeys(client_name(name) for name in names))
    except ValueError:
        raise _wrong(
            f"{text[:64]!r}: types of events are 1 to 64 characters each, comma separated"
        ) from None


def _threshold(text: str) -> Threshold:
    try:
        return parse_threshold(text, METRICS)
    except ValueError as error:
        raise _wrong(str(error)) from None


def _url(text: str) -> str:
    if "@" in text:  # not to be printed
        raise _wrong("the address holds a user or a password: leave them out")
    if not re.fullmatch(r"https?://[^/\s]+/?", text):
        raise _wrong(f"{text[:64]!r} is no address like http://127.0.0.1:8080")
    return text.rstrip("/")
