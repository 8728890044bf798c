"""What may be asked of history, and which steps an answer has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from event_time import seconds_of_text
from history_levels import FUTURE_SECONDS, Level, Levels
from wire_time import rfc3339

MAX_POINTS = 1500
MAX_SERIES = 100
MAX_NAME = 64
END_OF_YEAR_9999 = 253_402_300_800
SPLITS = ("total", "cliente", "evento", "cliente,evento")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
USUAL_STEPS = (1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400)


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


class Window(NamedTuple):
    """`points` steps of `step` seconds from `start` on, counted on `level`."""

    level: Level
    start: int
    step: int
    points: int

    @property
    def end(self) -> int:
        return self.start + self.points * self.step


def parse(given: Iterable[tuple[str, str]]) -> HistoryQuery:
    """Raises BadQueryError for the first parameter that is unknown, repeated or out of range."""
    values: dict[str, Any] = {}
    for name, value in given:
        if name not in _READERS:
            raise BadQueryError(f"{name[:64]!r}: no parameter of historia; {_known()}")
        if name in values:
            raise BadQueryError(f"{name}: given more than once")
        values[name] = _READERS[name](name, value)
    return HistoryQuery(**values)


def window_of(query: HistoryQuery, levels: Levels, now: float) -> Window:
    """
    The window that ends at `hasta`, rounded up to a whole step.

    Raises BadQueryError when it isn't kept in such steps, or has too many of them.
    """
    until = now if query.hasta is None else query.hasta
    if until > now + FUTURE_SECONDS:
        raise BadQueryError(f"hasta: {rfc3339(until)} is in the future, it is {rfc3339(now)}")
    if query.paso is not None:
        return _checked(query, query.paso, until, levels, now)
    for step in USUAL_STEPS:
        try:
            return _checked(query, step, until, levels, now)
        except BadQueryError:
            continue
    raise BadQueryError(
        f"ventana: {_text(query.ventana)} fits no usual step; give paso, or a window of at most"
        f" {_text(levels[-1].kept)} that ends now"
    )


def _checked(query: HistoryQuery, step: int, until: float, levels: Levels, now: float) -> Window:
    length = query.ventana
    if length % step:
        raise BadQueryError(f"ventana: {_text(length)} is no multiple of paso={_text(step)}")
    points = length // step
    if points > MAX_POINTS:
        raise BadQueryError(
            f"paso: {_text(step)} makes {points} points of {_text(length)},"
            f" at most {MAX_POINTS}; take a longer one"
        )
    level = next(level for level in reversed(levels) if step % level.step == 0)
    start = -int(-until // step) * step - length
    if start < level.oldest(now):
        raise BadQueryError(
            f"ventana: begins at {_when(start)}; steps of {_text(step)} are kept for"
            f" {_text(level.kept)}, since {_when(level.oldest(now))}"
        )
    return Window(level, start, step, points)


def _when(second: int) -> str:
    return rfc3339(max(second, 0))


def _text(seconds: int) -> str:
    unit = next(u for u in "dhms" if seconds % UNITS[u] == 0)
    return f"{seconds // UNITS[unit]}{unit}"


def _known() -> str:
    return f"there are {', '.join(_READERS)} and formato"


def _bad(name: str, value: str, right: str) -> BadQueryError:
    return BadQueryError(f"{name}: {right}, not {value[:64]!r}")


def _duration(name: str, value: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", value, re.ASCII)
    if not match:
        raise _bad(name, value, "a whole number with its unit s, m, h or d, like 15m")
    return int(match[1]) * UNITS[match[2]]


def _split(name: str, value: str) -> str:
    if value not in SPLITS:
        raise _bad(name, value, f"one of {' | '.join(SPLITS)}")
    return value


def _name(name: str, value: str) -> str:
    # As event_decoding.py does with the names of events.
    normal = unicodedata.normalize("NFC", value.strip())
    if not 1 <= len(normal) <= MAX_NAME:
        raise _bad(name, value, f"1 to {MAX_NAME} characters")
    return normal


def _limit(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value, re.ASCII) or not 1 <= int(value) <= MAX_SERIES:
        raise _bad(name, value, f"a whole number from 1 to {MAX_SERIES}")
    return int(value)


def _moment(name: str, value: str) -> float:
    try:
        seconds = seconds_of_text(value)
    except ValueError:
        raise _bad(name, value, "a time of RFC 3339 (a + in it written as %2B)") from None
    if not 0 <= seconds < END_OF_YEAR_9999:
        raise _bad(name, value, "a time within the years 1970 to 9999")
    return seconds


_READERS: dict[str, Callable[[str, str], Any]] = {
    "ventana": _duration,
    "paso": _duration,
    "por": _split,
    "cliente": _name,
    "evento": _name,
    "limite": _limit,
    "hasta": _moment,
}
