"""How long events took from the moment they happened until they were counted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from hdrh.histogram import HdrHistogram

from counting.counted import Sent

WINDOW_SECONDS = 60
SLICE_SECONDS = 10
LONGEST_MS = 24 * 3600 * 1000
DIGITS = 2  # significant ones
PERCENTILES = (50, 95, 99)
# What happened so long before it was sent was not late on its way: it is somebody's past.
OLD_SECONDS = 300

Delay = dict[str, float | int | None]


@dataclass(slots=True)
class _Slice:
    number: int
    sketch: HdrHistogram
    messages: int = 0
    old: int = 0


class Minute(NamedTuple):
    """`antiguos`: messages that tell of long ago (a backfill); `mensajes` are all others."""

    sketch: HdrHistogram
    mensajes: int
    antiguos: int

    def told(self) -> Delay:
        """Percentiles in seconds, None when nothing was counted."""
        values = self.sketch.get_percentile_to_value_dict(PERCENTILES) if self.mensajes else {}
        delays = {f"p{p}": values[p] / 1000 if values else None for p in PERCENTILES}
        return {**delays, "mensajes": self.mensajes, "antiguos": self.antiguos}


def whole(parts: Iterable[tuple[HdrHistogram, int, int]]) -> Minute:
    merged, messages, old = _sketch(), 0, 0
    for sketch, more, older in parts:
        merged.add(sketch)
        messages, old = messages + more, old + older
    return Minute(merged, messages, old)


class Delays:
    """
    A sketch for each of the last 10-second slices, merged when asked for.

    One value a message, its first event's, weighted by the number of its events: one an event
    would cost as much as counting it.
    """

    def __init__(self) -> None:
        self._slices: deque[_Slice] = deque()

    def add(self, sent: Iterable[Sent], counted: float, now: float) -> None:
        """*counted* and the times of *sent* are seconds since 1970, *now* is monotonic time."""
        weights: Counter[int] = Counter()
        messages = old = 0
        for happened, published, events in sent:
            if published - happened > OLD_SECONDS:
                old += 1
                continue
            # A publisher's clock may be ahead of ours: then it took no time.
            weights[min(max(round((counted - happened) * 1000), 1), LONGEST_MS)] += events
            messages += 1
        if not messages + old:
            return
        sketch = self._slice(int(now // SLICE_SECONDS), messages, old)
        for milliseconds, events in weights.items():
            sketch.record_value(milliseconds, events)

    def minute(self, now: float) -> Minute:
        """The last one."""
        self._forget(int(now // SLICE_SECONDS))
        return whole((piece.sketch, piece.messages, piece.old) for piece in self._slices)

    def read(self, now: float) -> Delay:
        return self.minute(now).told()

    def _slice(self, number: int, messages: int, old: int) -> HdrHistogram:
        self._forget(number)
        if not self._slices or self._slices[-1].number != number:
            self._slices.append(_Slice(number, _sketch()))
        piece = self._slices[-1]
        piece.messages += messages
        piece.old += old
        return piece.sketch

    def _forget(self, number: int) -> None:
        while self._slices and self._slices[0].number <= number - WINDOW_SECONDS // SLICE_SECONDS:
            self._slices.popleft()


def _sketch() -> HdrHistogram:
    return HdrHistogram(1, LONGEST_MS, DIGITS)
