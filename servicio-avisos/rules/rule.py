"""One thing to watch, as `avisos.yml` says it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["silencio", "umbral", "banda", "rechazados", "duplicados", "datos", "pausa", "cola"]


class Names:
    """Clients by name or pattern: `tienda_*` is every name that begins so, `*` is each."""

    def __init__(self, pattern: str, but: tuple[str, ...] = ()) -> None:
        self.pattern, self.but = pattern, but

    @property
    def one(self) -> str | None:
        """The name, where it is no pattern."""
        return None if "*" in self.pattern else self.pattern

    def match(self, name: str) -> bool:
        return _fits(self.pattern, name) and not any(_fits(each, name) for each in self.but)


def _fits(pattern: str, name: str) -> bool:
    """Without going back, so that no name makes it slow."""
    first, *parts = pattern.split("*")
    if not parts:
        return pattern == name
    at, last = len(first), parts.pop()
    if not name.startswith(first):
        return False
    for part in parts:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(last) and name.endswith(last)


@dataclass(frozen=True)
class Rule:
    """
    *after*, *window* and *repeat* are seconds; a silence without *after* is judged by rhythm.

    *names* None: the whole, or with *event* all events of this type. A limit is in events, or in
    messages. *readings* is how many in a row must be wrong, and afterwards right.
    """

    name: str
    kind: Kind
    names: Names | None = None
    event: str | None = None
    after: float | None = None
    above: float | None = None
    below: float | None = None
    window: float = 60.0
    readings: int = 1
    spreads: float = 5.0
    channels: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What its subjects are: `cliente`, `evento`, or nothing."""
        return "evento" if self.event else "cliente" if self.names else ""

    @cached_property
    def windowed(self) -> bool:
        """Whether it compares counts now with those of a while ago."""
        return self.kind in ("umbral", "rechazados", "duplicados")


DEFAULTS = (
    Rule("silencio", "silencio", Names("*")),
    Rule("datos", "datos", after=30.0),
)
"""Without a file: who falls silent, by its own rhythm, and whether the numbers can be trusted."""
