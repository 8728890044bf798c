"""Which hours of the weeks before tell what is usual in the steps of a window."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from history.window import Window

HOUR = 3600
WEEK = 7 * 86400
MOST_WEEKS = 6
OUTAGE = 0.1  # of what is usual: an hour in which all clients together have less is left out

Hour = int
"""The first second of an hour."""


def weeks_before(hour: Hour, zone: datetime.tzinfo) -> tuple[Hour, ...]:
    """
    Return the hours 1, 2, … weeks before one, by the clocks of a zone.

    Where those were changed since, an hour lies 167 or 169 hours before. One that they skipped is
    the one after it, and of two that they call the same it is the first, or the second for a
    second one.
    """
    here = datetime.datetime.fromtimestamp(hour, zone)
    before = (here - datetime.timedelta(weeks=n) for n in range(1, MOST_WEEKS + 1))
    return tuple(int(then.timestamp()) // HOUR * HOUR for then in before)


class Counts:
    """How many events happened in each hour from one on, of a series or of all."""

    def __init__(self, begin: Hour, points: Sequence[int], since: Hour) -> None:
        """*since*: what comes before is not known."""
        self._begin, self._points = begin, points
        first = next((n for n, events in enumerate(points) if events), None)
        self._since = None if first is None else max(since, begin + first * HOUR)

    def at(self, hour: Hour) -> int | None:
        """None before the first event, which is when the series began."""
        if self._since is None or hour < self._since:
            return None
        return self._points[(hour - self._begin) // HOUR]

    def weeks(self, before: int) -> int:
        """How many whole weeks before a second it tells of."""
        if self._since is None:
            return 0
        return max(0, min(MOST_WEEKS, (before - self._since) // WEEK))


@dataclass(frozen=True, slots=True)
class FormerWeeks:
    """
    For units of time, one for each step of a window but no shorter than an hour, what to look at.

    The first and the last unit lie outside the window: each is judged with its neighbours.
    """

    starts: Sequence[Hour]  # of the units
    units: Sequence[Sequence[tuple[Hour, ...]]]  # for each hour of a unit, those before it

    @property
    def begin(self) -> Hour:
        """From when on counts are needed: a week more, to tell whether a series was there."""
        return min(hour for unit in self.units for hours in unit for hour in hours) - WEEK

    @property
    def end(self) -> Hour:
        return max(hours[0] for unit in self.units for hours in unit) + HOUR

    def as_one(self) -> FormerWeeks:
        """All units inside the window as one."""
        inside = [hours for unit in self.units[1:-1] for hours in unit]
        return FormerWeeks(self.starts[1:2], [inside])

    def outages(self, total: Counts) -> frozenset[Hour]:
        """The hours in which next to nothing was counted of anybody, though it is usual."""
        found: set[Hour] = set()
        for unit in self.units:
            for hours in unit:
                known = [(hour, n) for hour in hours if (n := total.at(hour)) is not None]
                usual = median(n for _, n in known) if known else 0
                found.update(hour for hour, n in known if n < OUTAGE * usual)
        return frozenset(found)

    def samples(self, counts: Counts, outages: frozenset[Hour], least: int) -> list[list[int]]:
        """
        For each unit how many events it had in each of the weeks of which that is known.

        Nothing where there are fewer than *least* weeks before it, outages or not.
        """
        return [
            [
                events
                for week in zip(*unit, strict=True)
                if (events := _sum(counts, week, outages)) is not None
            ]
            if counts.weeks(start) >= least
            else []
            for start, unit in zip(self.starts, self.units, strict=True)
        ]


def _sum(counts: Counts, hours: Iterable[Hour], outages: frozenset[Hour]) -> int | None:
    events = 0
    for hour in hours:
        n = None if hour in outages else counts.at(hour)
        if n is None:
            return None
        events += n
    return events


def former_weeks(window: Window, zone: datetime.tzinfo) -> FormerWeeks:
    """*window*: its steps are shorter than an hour, or whole hours."""
    edges = _edges(window)
    units = [
        [weeks_before(hour, zone) for hour in range(begin, end, HOUR)]
        for begin, end in pairwise(edges)
    ]
    return FormerWeeks(edges[:-1], units)


def _edges(window: Window) -> list[Hour]:
    inside = list(_inner_edges(window))
    before, after = inside[1] - inside[0], inside[-1] - inside[-2]
    return [inside[0] - before, *inside, inside[-1] + after]


def _inner_edges(window: Window) -> Iterable[Hour]:
    if window.days:
        return window.days
    step = max(HOUR, window.step)
    return range(window.start // step * step, window.end + step - 1, step)
