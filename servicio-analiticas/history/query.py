"""What may be asked of history."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from comun.written_time import seconds_of_text
from history.local_days import zone_of

MAX_SERIES = 100
MAX_NAME = 64
END_OF_YEAR_9999 = 253_402_300_800
SPLITS = ("total", "cliente", "evento", "cliente,evento")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class BadQueryError(ValueError):
    """Can't be answered as asked; the text names the parameter, its value and what is right."""


class NotKeptError(LookupError):
    """History can't know the answer; the text says why."""


class HistoryQuery(msgspec.Struct, frozen=True):
    """The parameters of `GET /reporte/historia`, but for the format."""

    ventana: int = 15 * 60  # seconds
    paso: int | None = None  # seconds; None: the finest usual one that fits
    por: str = "cliente,evento"
    cliente: str | None = None
    evento: str | None = None
    limite: int = 20
    hasta: float | None = None  # seconds since 1970; None: now
    zona: str | None = None  # whose days; None: UTC's


Readers = Mapping[str, Callable[[str, str], Any]]
"""For each parameter what makes a value of its text; it is given both, and raises BadQueryError."""


def parse(given: Iterable[tuple[str, str]]) -> HistoryQuery:
    """Raises BadQueryError for the first parameter that is unknown, repeated or out of range."""
    return HistoryQuery(**read_all(given, READERS, "historia", "formato"))


def read_all(
    given: Iterable[tuple[str, str]], readers: Readers, of: str, *others: str
) -> dict[str, Any]:
    """Return the values by name; *others*: what it may be asked besides, to be told. Raises so."""
    values: dict[str, Any] = {}
    for name, value in given:
        if name not in readers:
            known = ", ".join((*readers, *others))
            raise BadQueryError(f"{name[:64]!r}: no parameter of {of}; there are {known}")
        if name in values:
            raise BadQueryError(f"{name}: given more than once")
        values[name] = readers[name](name, value)
    return values


def bad(name: str, value: str, right: str) -> BadQueryError:
    """What is wrong with a parameter, and what would be *right*."""
    return BadQueryError(f"{name}: {right}, not {value[:64]!r}")


def _duration(name: str, value: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", value, re.ASCII)
    if not match:
        raise bad(name, value, "a whole number with its unit s, m, h or d, like 15m")
    return int(match[1]) * UNITS[match[2]]


def _split(name: str, value: str) -> str:
    if value not in SPLITS:
        raise bad(name, value, f"one of {' | '.join(SPLITS)}")
    return value


def _name(name: str, value: str) -> str:
    # As servicio-analiticas/decoding/event_decoding.py does with the names of events.
    normal = unicodedata.normalize("NFC", value.strip())
    if not 1 <= len(normal) <= MAX_NAME:
        raise bad(name, value, f"1 to {MAX_NAME} characters")
    return normal


def _limit(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value, re.ASCII) or not 1 <= int(value) <= MAX_SERIES:
        raise bad(name, value, f"a whole number from 1 to {MAX_SERIES}")
    return int(value)


def _moment(name: str, value: str) -> float:
    try:
        seconds = seconds_of_text(value)
    except ValueError:
        raise bad(name, value, "a time of RFC 3339 (a + in it written as %2B)") from None
    if not 0 <= seconds < END_OF_YEAR_9999:
        raise bad(name, value, "a time within the years 1970 to 9999")
    return seconds


def _zone(name: str, value: str) -> str:
    try:
        zone_of(value)
    except ValueError:
        right = "a time zone like Europe/Madrid or an offset like -03:00 (a + written as %2B)"
        raise bad(name, value, right) from None
    return value


READERS: Readers = {
    "ventana": _duration,
    "paso": _duration,
    "por": _split,
    "cliente": _name,
    "evento": _name,
    "limite": _limit,
    "hasta": _moment,
    "zona": _zone,
}
