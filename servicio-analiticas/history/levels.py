"""The four grains of history, and where in the store a count of a series lies."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import NamedTuple

FUTURE_SECONDS = 60  # clocks of publishers differ by less; what is dated later is clipped
SERIES_BITS = 28
CHUNK_BITS = 32
_TYPES = {1: "B", 2: "H", 4: "I", 8: "Q"}  # array type by the bytes of one count
_LARGEST = {code: 256**size - 1 for size, code in _TYPES.items()}


class Retention(NamedTuple):
    """How many steps of each level are kept; five minutes between what minutes and hours are."""

    seconds: int = 15 * 60
    minutes: int = 48 * 60
    five_minutes: int = 15 * 24 * 12
    hours: int = 365 * 24


class Level(NamedTuple):
    """Counts in steps of `step` seconds, `slots` of them in a chunk, kept for `kept` seconds."""

    number: int
    step: int
    slots: int
    kept: int

    @property
    def span(self) -> int:
        """Seconds in a chunk."""
        return self.step * self.slots

    def oldest_chunk(self, now: float) -> int:
        """
        The first chunk that is kept.

        Writing, pruning and reading all go by it, so what one of them leaves out the others
        never miss.
        """
        return int((now - self.kept) // self.span)

    def oldest(self, now: float) -> int:
        return self.oldest_chunk(now) * self.span

    def key(self, chunk: int, series: int = 0) -> int:
        """Level, time, series: chunks of one time lie side by side, so a fold writes few pages."""
        return (self.number << CHUNK_BITS | chunk) << SERIES_BITS | series

    @property
    def end(self) -> int:
        """What the keys of its chunks lie below."""
        return (self.number + 1) << CHUNK_BITS + SERIES_BITS


Levels = tuple[Level, Level, Level, Level]
FIVE_MINUTES = 3  # its number: the hours had theirs before this level was there


def levels(kept: Retention) -> Levels:
    """
    From seconds to hours, by how long a step is.

    An hour's chunk has four days: a year is 92 rows a series. That of five minutes has eight hours.
    """
    minutes, hours = kept.minutes * 60, kept.hours * 3600
    return (
        Level(0, 1, 60, kept.seconds),
        Level(1, 60, 60, minutes),
        Level(FIVE_MINUTES, 300, 96, min(max(kept.five_minutes * 300, minutes), hours)),
        Level(2, 3600, 96, hours),
    )


def split_key(key: int) -> tuple[int, int, int]:
    """Return the level's number, the chunk and the series of a key."""
    chunk = key >> SERIES_BITS
    return chunk >> CHUNK_BITS, chunk & (1 << CHUNK_BITS) - 1, series_of(key)


def level_of(key: int) -> int:
    """Return its level's number."""
    return key >> SERIES_BITS + CHUNK_BITS


def series_of(key: int) -> int:
    return key & (1 << SERIES_BITS) - 1


def unpack(chunk: bytes, slots: int) -> array[int]:
    return array(_TYPES[len(chunk) // slots], chunk)


def add(chunk: bytes | None, slots: int, added: Mapping[int, int]) -> bytes:
    """Add *added* (slot to count) to a chunk; its counts are as wide as its largest needs."""
    counts = unpack(chunk or bytes(slots), slots)
    largest = _LARGEST[counts.typecode]
    for slot, n in added.items():
        count = counts[slot] + n
        if count > largest:
            code = next(code for code in _LARGEST if count <= _LARGEST[code])
            counts, largest = array(code, counts), _LARGEST[code]
        counts[slot] = count
    return counts.tobytes()
