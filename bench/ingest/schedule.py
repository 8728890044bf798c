"""When each event is due, and how late the screen had it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hdrh.histogram import HdrHistogram

MS = 1_000_000  # ns
SECOND = 1_000 * MS
LONGEST_US = 600_000_000
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Schedule:
    """A fixed-rate clock: from *start_ns*, *per_slot* events are due every *slot_ns*."""

    start_ns: int
    slot_ns: int
    per_slot: int
    slots: int

    @property
    def events(self) -> int:
        return self.slots * self.per_slot

    def due(self, slot: int) -> int:
        return self.start_ns + slot * self.slot_ns


def schedule_of(rate: int, seconds: float, start_ns: int = 0) -> Schedule:
    """Return slots of 1 ms, or one for each event when there are fewer than 1,000 a second."""
    per_slot = max(rate // 1000, 1)
    if rate < 1 or (rate > 1000 and rate % 1000) or SECOND % min(rate, 1000):
        raise ValueError(f"{rate} events a second don't divide into slots")
    slot_ns = SECOND * per_slot // rate
    return Schedule(start_ns, slot_ns, per_slot, round(seconds * SECOND) // slot_ns)


def latencies(
    schedule: Schedule, base: int, pushes: Iterable[tuple[int, int]]
) -> tuple[HdrHistogram, int]:
    """
    Return every event's microseconds from when it was due, and how many were never seen.

    *pushes* are the arrival and the `total` of each push. One publisher, one queue and one
    consumer keep the order, so the n-th event is in the first push whose total is *base* + n.
    """
    histogram = HdrHistogram(1, LONGEST_US, DIGITS)
    seen = 0
    for arrival, total in pushes:
        up_to = min(total - base, schedule.events)
        while seen < up_to:
            slot = seen // schedule.per_slot
            some = min(up_to, (slot + 1) * schedule.per_slot) - seen
            histogram.record_value(max((arrival - schedule.due(slot)) // 1000, 1), some)
            seen += some
    return histogram, schedule.events - seen
