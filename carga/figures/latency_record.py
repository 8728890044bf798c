"""How long things took: percentiles of a whole run, and of each of its steps."""

from __future__ import annotations

from dataclasses import dataclass

from hdrh.histogram import HdrHistogram

from carga.wire.messages import TICKS

LONGEST = 3_600_000 * TICKS  # an hour, in ticks
DIGITS, DIGITS_OF_A_STEP = 3, 2
PERCENTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9, "max": 100.0}


@dataclass(frozen=True, slots=True)
class Point:
    """So many *times* at most so many milliseconds: the share of all that *percentile* is."""

    percentile: float
    milliseconds: float


class LatencyRecord:
    """
    Records by the second in which something was due; a step is *step* of them.

    Once `paired` is False it is not known which of the things took how long: then only the mean
    is, which is the same however they are paired with the moments of their end.
    """

    def __init__(self, step: int = 1) -> None:
        self._step = step
        self._whole = HdrHistogram(1, LONGEST, DIGITS)
        self._steps: dict[int, HdrHistogram] = {}
        self._sum = 0
        self.paired = True

    def record(self, second: int, ticks: int, times: int) -> None:
        ticks = min(ticks, LONGEST)
        self._whole.record_value(ticks, times)
        self._sum += ticks * times
        step = second // self._step
        if step not in self._steps:
            self._steps[step] = HdrHistogram(1, LONGEST, DIGITS_OF_A_STEP)
        self._steps[step].record_value(ticks, times)

    @property
    def count(self) -> int:
        return int(self._whole.total_count)

    @property
    def mean(self) -> float | None:
        """Milliseconds, of everything; None when there is nothing."""
        return self._sum / self.count / TICKS if self.count else None

    def percentiles(self) -> dict[str, float | None]:
        """Milliseconds by name, of everything; None when nothing is known."""
        return self._percentiles(self._whole)

    def of_step(self, step: int) -> dict[str, float | None]:
        """Milliseconds by name, of what was due in this step."""
        found = self._steps.get(step)
        return self._percentiles(found) if found else dict.fromkeys(PERCENTILES)

    def latest(self, second: int) -> dict[str, float | None]:
        """Milliseconds of the last step before *second* of which something is known."""
        steps = [step for step in self._steps if step < second // self._step]
        return self.of_step(max(steps, default=0))

    def distribution(self) -> list[Point]:
        """The whole curve, for a plot: denser towards the slowest."""
        if not self.count or not self.paired:
            return []
        return [
            Point(each.percentile_level_iterated_to, each.value_iterated_to / TICKS)
            for each in self._whole.get_percentile_iterator(5)
        ]

    def _percentiles(self, histogram: HdrHistogram) -> dict[str, float | None]:
        if not histogram.total_count or not self.paired:
            return dict.fromkeys(PERCENTILES)
        return {
            name: histogram.get_value_at_percentile(percentile) / TICKS
            for name, percentile in PERCENTILES.items()
        }
