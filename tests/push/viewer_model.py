"""What any client makes of the messages (docs/websocket.md), and what it must never be sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MAX_BYTES = 64 * 1024
Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What one viewer shows, in the form of a report; `least` is what no number may fall below."""

    report: Report = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        return self.report.get("epoca", ""), self.report.get("version", -1)


class BrokenPromiseError(Exception):
    """A message that docs/websocket.md rules out."""


@lru_cache(maxsize=10_000)
def decode(payload: bytes) -> Mapping[str, Any]:
    """Parse a message; what thousands of viewers are sent alike is parsed once."""
    message: Mapping[str, Any] = json.loads(payload)
    return message


@lru_cache(maxsize=10_000)
def after(before: Shown, payload: bytes, in_place: bool) -> Shown:
    """
    Return what a viewer shows after a snapshot or a change; raise BrokenPromiseError.

    *in_place*: it got a snapshot on this connection. Cached, since most viewers go the same way.
    """
    report = dict(decode(payload))
    if report.pop("tipo") == "cambio":
        built_on = (report["epoca"], report.pop("previa"))
        promise(in_place, "a change came before the snapshot")
        promise(built_on == before.place, f"a gap: on {built_on}, at {before.place}")
        merged = before.report["clientes"] | report["clientes"]
        report["clientes"] = {name: n for name, n in merged.items() if n is not None}
        promise(report["version"] > before.place[1], "a change of the past")
    for listed, rest in (("clientes", "otros"), ("eventos", "otros_eventos")):
        found = sum(report[listed].values()) + report[rest]["total"]
        promise(found == report["total"], f"{listed} make {found}, not {report['total']}")
    return Shown(report, _risen(before, report))


def _risen(before: Shown, report: Report) -> Mapping[str, int]:
    numbers = {name: n for name, n in report.items() if isinstance(n, int)}
    for listed in ("clientes", "eventos"):
        numbers |= {f"{listed}.{name}": n for name, n in report[listed].items()}
    least = before.least if report["epoca"] == before.report.get("epoca") else {}
    fallen = {name: n for name, n in numbers.items() if n < least.get(name, 0)}
    promise(not fallen, f"{fallen} fell within an epoca")
    return {**least, **numbers}


def promise(kept: bool, text: str) -> None:
    if not kept:
        raise BrokenPromiseError(text)


class ViewerModel:
    """One viewer's screen, over all its connections."""

    __slots__ = ("complaints", "heartbeat", "in_place", "seen", "shown")

    def __init__(self) -> None:
        self.shown = Shown()
        self.heartbeat: Mapping[str, Any] = {}
        self.in_place = False
        self.seen: Counter[str] = Counter()  # messages by type
        self.complaints: list[str] = []

    @property
    def total(self) -> int:
        return int(self.shown.report.get("total", 0))

    def connected(self) -> None:
        """A new connection begins; what was shown stays on the screen."""
        self.in_place = False

    def receive(self, payload: bytes) -> None:
        """Take one message; whatever is wrong with it becomes a complaint."""
        try:
            promise(len(payload) < MAX_BYTES, f"a message of {len(payload)} bytes")
            kind = decode(payload)["tipo"]
            self.seen[kind] += 1
            if kind == "latido":
                self.heartbeat = decode(payload)
                return
            self.shown = after(self.shown, payload, self.in_place)
            self.in_place = True
        except (BrokenPromiseError, KeyError, ValueError) as error:
            self.complaints.append(f"{error!r} in {payload[:200]!r}")
