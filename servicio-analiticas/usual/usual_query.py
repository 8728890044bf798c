"""What may be asked about what is usual."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from history.query import READERS, BadQueryError, HistoryQuery, bad, read_all

DAY = 86400
MOST_STEPS_EACH = 60  # where all series of a kind are asked for
MOST_SECONDS = 62 * DAY
KINDS = ("cliente", "evento")
LIKE_HISTORY = ("ventana", "paso", "hasta", "cliente", "evento", "limite", "zona")


class UsualQuery(msgspec.Struct, frozen=True):
    """The parameters of `GET /reporte/habitual`."""

    ventana: int = 15 * 60  # seconds
    paso: int | None = None  # seconds; None: the finest usual one that fits
    hasta: float | None = None  # seconds since 1970; None: now
    por: str | None = None  # all series of this kind, by pages; None: one series
    cliente: str | None = None
    evento: str | None = None
    despues: str = ""
    limite: int = 100
    zona: str = "UTC"  # whose time of the week
    veces: float = 3.0

    @property
    def about(self) -> HistoryQuery:
        """The question about what happened in the same window."""
        return HistoryQuery(
            self.ventana,
            self.paso,
            hasta=self.hasta,
            limite=self.limite,
            zona=self.zona if self.paso == DAY else None,
        )


def parse_usual(given: Iterable[tuple[str, str]]) -> UsualQuery:
    """Raises BadQueryError for the first parameter that is unknown, repeated or out of range."""
    query = UsualQuery(**read_all(given, _READERS, "habitual"))
    if query.por and (query.cliente is not None or query.evento is not None):
        raise BadQueryError("por: asks for all of a kind; leave cliente and evento out, or por")
    if query.despues and not query.por:
        raise BadQueryError("despues: pages are of all of a kind; give por=cliente or por=evento")
    if query.ventana > MOST_SECONDS:
        raise BadQueryError(f"ventana: at most {MOST_SECONDS // DAY}d")
    return query


def _kind(name: str, value: str) -> str:
    if value not in KINDS:
        raise bad(name, value, f"one of {' | '.join(KINDS)}, or left out")
    return value


def _after(name: str, value: str) -> str:
    return value and READERS["cliente"](name, value)


def _times(name: str, value: str) -> float:
    if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", value, re.ASCII) and 1 <= float(value) <= 10:
        return float(value)
    raise bad(name, value, "a number from 1 to 10")


_READERS = {
    **{name: READERS[name] for name in LIKE_HISTORY},
    "por": _kind,
    "despues": _after,
    "veces": _times,
}
