"""How long events took from the moment they happened until they were counted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

WINDOW_SECONDS = 60
SLICE_SECONDS = 10
LONGEST_MS = 24 * 3600 * 1000
DIGITS = 2  # significant ones
PERCENTILES = (50, 95, 99)

Delay = dict[str, float | int | None]


class Delays:
    """
    A sketch for each of the last 10-second slices, merged when asked for.

    One value a message, its first event's, weighted by the number of its events: one an event
    would cost as much as counting it.
    """

    def __init__(self) -> None:
        self._slices: deque[tuple[int, HdrHistogram, int]] = deque()

    def add(self, sent: Iterable[tuple[float, int]], counted: float, now: float) -> None:
        """
        *sent*: for each message when its first event happened, and how many events it has.

        *counted* and *sent* are seconds since 1970, *now* is monotonic time.
        """
        weights: Counter[int] = Counter()
        messages = 0
        for moment, events in sent:
            # A publisher's clock may be ahead of ours: then it took no time.
            weights[min(max(round((counted - moment) * 1000), 1), LONGEST_MS)] += events
            messages += 1
        if not messages:
            return
        sketch = self._slice(int(now // SLICE_SECONDS), messages)
        for milliseconds, events in weights.items():
            sketch.record_value(milliseconds, events)

    def read(self, now: float) -> Delay:
        """Percentiles of the last minute in seconds, None when nothing was counted."""
        self._forget(int(now // SLICE_SECONDS))
        merged = _sketch()
        for _, sketch, _ in self._slices:
            merged.add(sketch)
        messages = sum(messages for _, _, messages in self._slices)
        values = merged.get_percentile_to_value_dict(PERCENTILES) if messages else {}
        delays = {f"p{p}": values[p] / 1000 if values else None for p in PERCENTILES}
        return {**delays, "mensajes": messages}

    def _slice(self, number: int, messages: int) -> HdrHistogram:
        self._forget(number)
        if self._slices and self._slices[-1][0] == number:
            _, sketch, before = self._slices.pop()
            messages += before
        else:
            sketch = _sketch()
        self._slices.append((number, sketch, messages))
        return sketch

    def _forget(self, number: int) -> None:
        while self._slices and self._slices[0][0] <= number - WINDOW_SECONDS // SLICE_SECONDS:
            self._slices.popleft()


def _sketch() -> HdrHistogram:
    return HdrHistogram(1, LONGEST_MS, DIGITS)
