"""When each event of a run is due: a clock of milliseconds that waits for nobody. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from carga.sending.profile import PROFILES

ROUNDING = 1e-6  # events: what sums of fractions may miss of a whole one


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    So many events are due in each millisecond since the start, whatever became of those before.

    *peak* is the profile's highest rate in events per second, *share* the part of the events
    that is due from one of several generators.
    """

    profile: str
    peak: float
    seconds: float
    share: float = 1.0

    @property
    def end(self) -> int:
        """The first millisecond after the run."""
        return round(self.seconds * 1000)

    @property
    def total(self) -> int:
        return self.due_before(self.end)

    def due_before(self, millisecond: int) -> int:
        """Events that are due before this millisecond begins."""
        over = min(max(millisecond / 1000 / self.seconds, 0.0), 1.0)
        rate = self.peak * self.share
        return int(PROFILES[self.profile](over) * self.seconds * rate + ROUNDING)

    def slots(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Each millisecond of [start, stop) in which events are due, and how many."""
        before = self.due_before(start)
        for millisecond in range(start, min(stop, self.end)):
            now = self.due_before(millisecond + 1)
            if now > before:
                yield millisecond, now - before
            before = now
