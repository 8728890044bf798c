"""What a sealed log holds, in order of clients: put into that order a little at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from decoding.cell_reading import Cell

Count = tuple[Cell, int]
Part = dict[Cell, int]

SAMPLES_A_PART = 4


class SealedCells:
    """
    The cells in parts; every client of a part comes before every client of the next one.

    To sort 50,000 cells takes 20 ms, in which nobody else gets the interpreter. So they are dealt
    out to parts, whose bounds come from a sample (samplesort: Frazer and McKellar, 1970).
    """

    def __init__(self, cells: Mapping[Cell, int], part: int) -> None:
        """Of about *part* cells each."""
        self._cells = cells
        self._undealt = iter(cells.items())
        self._bounds = _bounds(cells, part)  # the last client of each part but one
        self._parts: deque[Part] = deque({} for _ in range(len(self._bounds) + 1))
        self._gone = 0  # parts
        self.size = self.left = len(cells)
        self.is_dealt = not cells

    def __iter__(self) -> Iterator[Count]:
        if not self.is_dealt:
            return iter(self._cells.items())
        return chain.from_iterable(part.items() for part in self._parts)

    def deal(self, cells: int) -> None:
        """Put some more of them where they belong."""
        bounds, parts = self._bounds, list(self._parts)
        dealt = 0
        for cell, n in islice(self._undealt, cells):
            parts[bisect_left(bounds, cell[0])][cell] = n
            dealt += 1
        if dealt < cells:
            self.is_dealt, self._cells = True, {}

    def first(self, cells: int) -> tuple[list[Part], str | None]:
        """
        Return the first parts, of that many cells at least, and which client ends them.

        None: nothing is left after them. All must be dealt.
        """
        taken: list[Part] = []
        found = 0
        for part in self._parts:
            taken.append(part)
            found += len(part)
            if found >= cells:
                break
        end = self._gone + len(taken)
        return taken, None if found == self.left else self._bounds[end - 1]

    def drop(self, parts: int) -> None:
        """Forget the first of them."""
        for _ in range(parts):
            self.left -= len(self._parts.popleft())
        self._gone += parts


def _bounds(cells: Mapping[Cell, int], part: int) -> list[str]:
    parts = len(cells) // part
    if parts < 2:
        return []
    step = max(1, len(cells) // (parts * SAMPLES_A_PART))
    sample = sorted(cliente for cliente, _, _ in islice(cells, 0, None, step))
    return sorted(set(sample[SAMPLES_A_PART - 1 :: SAMPLES_A_PART]))
