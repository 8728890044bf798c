"""What a sealed log holds, in order of clients: put into that order a little at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from decoding.cell_reading import Cell

Count = tuple[Cell, int]
Weigh = Callable[[Collection[Cell]], int]
"""How much work it is to fold cells, in that of a usual one."""

CLIENTE = itemgetter(0)


class First(NamedTuple):
    """All cells of the clients that come first."""

    cells: Mapping[Cell, int]
    parts: int
    upto: str | None  # the last of these clients; None: nothing is left after it


class SealedCells:
    """
    The cells in parts; every client of a part comes before every client of the next one.

    To sort 50,000 cells takes 20 ms, in which nobody else gets the interpreter. So they are sorted
    in runs. A part is what each of these has between two clients, which come from a sample.
    """

    def __init__(self, cells: Mapping[Cell, int], part: int) -> None:
        """Of about *part* cells each."""
        self._cells, self._part = cells, part
        self._undealt = iter(cells)
        self._runs: list[list[Cell]] = []
        self._gone: list[int] = []  # cells of each
        self._bounds: list[str] = []  # the last client of each part that is left, but one
        self.work = self.done = 0  # of all that are dealt; of those that were dropped
        self._next = 0  # work, of what `first` returned
        self.left = len(cells)
        self.is_dealt = not cells

    def __iter__(self) -> Iterator[Count]:
        if not self.is_dealt:
            return iter(self._cells.items())
        return iter(self._counts([len(run) for run in self._runs]).items())

    def deal(self, cells: int, weigh: Weigh = len) -> None:
        """Put some more of them where they belong."""
        run = sorted(islice(self._undealt, cells), key=CLIENTE)
        self._runs.append(run)
        self._gone.append(0)
        self.work += weigh(run)
        if len(run) < cells:
            self._bounds = self._found_bounds()
            self.is_dealt = True

    def first(self, work: int, weigh: Weigh = len) -> First:
        """Return the first parts, of about that much work, one at least. All must be dealt."""
        parts = min(max(1, work // self._part), len(self._bounds) + 1)
        cells = self._counts(self._ends(parts))
        self._next = weigh(cells)
        if self._next > 2 * work and parts > 1:
            parts = max(1, parts * work // self._next)
            cells = self._counts(self._ends(parts))
            self._next = weigh(cells)
        upto = None if len(cells) == self.left else self._bounds[parts - 1]
        return First(cells, parts, upto)

    def drop(self, parts: int) -> None:
        """Forget what `first` returned, which was so many parts."""
        ends = self._ends(parts)
        self.left -= sum(ends) - sum(self._gone)
        self.done += self._next
        self._gone, self._bounds = ends, self._bounds[parts:]

    def _ends(self, parts: int) -> list[int]:
        """Where they end in each run."""
        if parts > len(self._bounds):
            return [len(run) for run in self._runs]
        bound = self._bounds[parts - 1]
        return [
            bisect_right(run, bound, lo=gone, key=CLIENTE)
            for run, gone in zip(self._runs, self._gone, strict=True)
        ]

    def _counts(self, ends: list[int]) -> dict[Cell, int]:
        """What is left of each run up to there."""
        cells: list[Cell] = []
        for run, gone, end in zip(self._runs, self._gone, ends, strict=True):
            cells += run[gone:end]
        return dict(zip(cells, map(self._cells.__getitem__, cells), strict=True))

    def _found_bounds(self) -> list[str]:
        half = self._part // 2
        sample = {cell[0] for run in self._runs for cell in run[half :: self._part]}
        return sorted(sample)
