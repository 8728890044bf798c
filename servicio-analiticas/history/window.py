"""Which steps an answer of history has, of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from comun.wire_time import rfc3339
from history.levels import FUTURE_SECONDS, Level, Levels
from history.local_days import day_starts, zone_of
from history.query import UNITS, BadQueryError, HistoryQuery

MAX_POINTS = 1500
USUAL_STEPS = (1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400)
DAY = 86400


class Window(NamedTuple):
    """
    `points` steps of `step` seconds from `start` on, counted on `level`.

    Days of a time zone are not equally long: `days` has where each begins and the last one ends.
    """

    level: Level
    start: int
    step: int
    points: int
    days: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        return self.days[-1] if self.days else self.start + self.points * self.step

    @property
    def edges(self) -> Sequence[int]:
        """Where each step begins and the last one ends, in the level's steps from `start` on."""
        if self.days:
            return [(day - self.start) // self.level.step for day in self.days]
        together = self.step // self.level.step
        return range(0, self.points * together + 1, together)

    def told(self) -> dict[str, Any]:
        """What an answer has to say of steps that are not equally long."""
        return {"inicios": [rfc3339(day) for day in self.days[:-1]]} if self.days else {}


def window_of(query: HistoryQuery, levels: Levels, now: float) -> Window:
    """
    The window that ends at `hasta`, rounded up to a whole step.

    Raises BadQueryError when it isn't kept in such steps, or has too many of them.
    """
    until = now if query.hasta is None else query.hasta
    if until > now + FUTURE_SECONDS:
        raise BadQueryError(f"hasta: {rfc3339(until)} is in the future, it is {rfc3339(now)}")
    if query.zona is not None:
        return _days(query, query.zona, until, levels[-1], now)
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
    _check_kept(start, step, level, now)
    return Window(level, start, step, points)


def _days(query: HistoryQuery, zona: str, until: float, level: Level, now: float) -> Window:
    length = query.ventana
    if length % DAY or query.paso not in (None, DAY):
        raise BadQueryError(
            f"zona: only days begin elsewhere in {zona}; give ventana in days, like 30d,"
            " and paso=1d or none"
        )
    _check_kept(until - length, DAY, level, now)
    days = day_starts(until, length // DAY, zone_of(zona))
    _check_kept(days[0], DAY, level, now)
    return Window(level, days[0], DAY, len(days) - 1, days)


def _check_kept(start: float, step: int, level: Level, now: float) -> None:
    if start < level.oldest(now):
        raise BadQueryError(
            f"ventana: begins at {_when(start)}; steps of {_text(step)} are kept for"
            f" {_text(level.kept)}, since {_when(level.oldest(now))}"
        )


def _when(second: float) -> str:
    return rfc3339(max(second, 0))


def _text(seconds: int) -> str:
    unit = next(u for u in "dhms" if seconds % UNITS[u] == 0)
    return f"{seconds // UNITS[unit]}{unit}"
