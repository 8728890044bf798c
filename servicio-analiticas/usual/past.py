"""What the store tells of former weeks, and what was usual in them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from database.connection import Connection
from history.answer import Steps, added_to
from history.catalogue import TOTAL, Series
from history.horizon import Horizon
from history.levels import Level
from history.spread import Sorted
from history.view import View
from history.window import Window
from usual.band import LEAST_WEEKS, Usual, between, noise_of, together, usual_of
from usual.former_weeks import HOUR, Counts, FormerWeeks, Hour, former_weeks

NOISE_SECONDS = 3 * 86400  # before a window: so far back noise within hours is looked at


Points = dict[int, list[int]]
"""How many events in each step, by the id of a series."""


class Judged(NamedTuple):
    """What is usual for a series in each step of a window, and how well that is known."""

    weeks: int
    noise: float
    steps: list[Usual | None]
    whole: Usual | None  # all steps as one

    @property
    def is_known(self) -> bool:
        return self.weeks >= LEAST_WEEKS


@dataclass(frozen=True, slots=True)
class Past:
    """
    Hours reach back six weeks, and tell what is usual and how weeks differ.

    They hide how counts vary within them: steps of five minutes tell that, of the last days.
    """

    window: Window
    former: FormerWeeks
    known_since: Hour
    hours: Points  # from `former.begin` on
    fives: Points  # up to the window
    outages: frozenset[Hour]

    @classmethod
    def read(
        cls,
        db: Connection,
        view: View,
        waiting: Sorted,
        window: Window,
        zone: datetime.tzinfo,
        series: Sequence[Series],
    ) -> Self:
        """*waiting*: what of the view is not in the store yet."""
        *_, five_minutes, hour = view.levels
        former = former_weeks(window, zone)
        total = view.catalogue.series[TOTAL]
        until = window.start - window.start % HOUR

        def points(level: Level, begin: int, end: int, of: Sequence[Series]) -> Points:
            steps = Window(level, begin, level.step, (end - begin) // level.step)
            return Steps(db, steps, added_to(waiting, view.catalogue, steps)).points(of)

        hours = points(hour, former.begin, former.end, [total, *series])
        fives = points(five_minutes, until - NOISE_SECONDS, until, series)
        lacks_before = Horizon(db).lacks_before(hour, former.begin)
        known_since = max(hour.oldest(view.now.wall), lacks_before or 0)
        outages = former.outages(Counts(former.begin, hours[total.id], known_since))
        return cls(window, former, known_since, hours, fives, outages)

    def of(self, series: Series | None) -> Judged:
        if series is None:
            return Judged(0, 1.0, [None] * self.window.points, None)
        counts = Counts(self.former.begin, self.hours[series.id], self.known_since)
        noise = noise_of(self.fives[series.id], HOUR // 300)
        weeks = counts.weeks(self.window.end)
        samples = self.former.samples(counts, self.outages, LEAST_WEEKS)
        steps = self._by_steps(usual_of(samples, noise))
        return Judged(weeks, noise, steps, self._whole(together(steps), counts, noise))

    def _whole(self, added: Usual | None, counts: Counts, noise: float) -> Usual | None:
        """Hours even out in part: how weeks differ in all of a long window, their sums tell."""
        if added is None or self.window.end - self.window.start <= HOUR:
            return added
        (samples,) = self.former.as_one().samples(counts, self.outages, LEAST_WEEKS)
        (summed,) = usual_of([samples], noise)
        if summed is None or not summed.middle:
            return added
        return Usual(added.middle, summed.spread * added.middle / summed.middle)

    def _by_steps(self, usuals: list[Usual | None]) -> list[Usual | None]:
        window = self.window
        if window.step >= HOUR:
            return usuals[1:-1]
        first = window.start + window.step / 2 - self.former.starts[0]
        return [
            between(usuals, (first + n * window.step) / HOUR, window.step / HOUR)
            for n in range(window.points)
        ]
