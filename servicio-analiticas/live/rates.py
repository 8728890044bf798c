from __future__ import annotations

from collections import deque


class Rates:
    """Events per second over the last 1, 10 and 60 seconds."""

    WINDOWS = (1, 10, 60)
    SLOTS_PER_SECOND = 10

    def __init__(self) -> None:
        self._slots: deque[tuple[int, int]] = deque(maxlen=60 * self.SLOTS_PER_SECOND)

    def add(self, events: int, now: float) -> None:
        """*now* is monotonic time."""
        slot = int(now * self.SLOTS_PER_SECOND)
        if self._slots and self._slots[-1][0] == slot:
            events += self._slots.pop()[1]
        self._slots.append((slot, events))

    def read(self, now: float) -> dict[str, float]:
        end = int(now * self.SLOTS_PER_SECOND)
        return {f"{w}s": self._sum_after(end - w * self.SLOTS_PER_SECOND) / w for w in self.WINDOWS}

    def _sum_after(self, start: int) -> int:
        return sum(events for slot, events in self._slots if slot > start)
