from __future__ import annotations

WINDOW = 5.0  # seconds: long enough that a single collection of garbage is no peak
TRUSTED = 70.0  # percent of a core, up to which what a process measures is not its own delay


class CpuMeter:
    """The share of a core that a process used, from its own readings of its CPU time."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None
        self._window: tuple[float, float] = (0.0, 0.0)
        self._last: tuple[float, float] = (0.0, 0.0)
        self._peak = 0.0

    def read(self, second: float, cpu: float) -> None:
        """At this second of the run it had used so much since it began; before 0 only starts."""
        self._last = second, cpu
        if self._first is None or second <= 0:
            self._first = self._window = second, cpu
        elif second - self._window[0] >= WINDOW:
            self._peak = max(self._peak, _percent(self._window, self._last))
            self._window = second, cpu

    @property
    def percent(self) -> float:
        """Of the busiest WINDOW; of everything, as long as that is shorter."""
        return self._peak or _percent(self._first or self._last, self._last)


def _percent(start: tuple[float, float], end: tuple[float, float]) -> float:
    seconds = end[0] - start[0]
    return 100 * (end[1] - start[1]) / seconds if seconds > 0 else 0.0
