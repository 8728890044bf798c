"""What a sealed log holds, in order of clients: put into that order a little at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping
from itertools import compress, islice
from operator import itemgetter
from typing import NamedTuple

from decoding.cell_reading import Cell

Count = tuple[Cell, int]
LISTED_WORK = 10  # to fold a cell of a client that has series, in usual ones

_CLIENTE = itemgetter(0)


class First(NamedTuple):
    """All cells of the clients that come first."""

    cells: Mapping[Cell, int]
    parts: int
    upto: str | None  # the last of these clients; None: nothing is left after it


class _Run:
    """Some cells in order of clients."""

    def __init__(self, cells: list[Cell], listed: Container[str] | None) -> None:
        self.cells = cells
        clients = map(_CLIENTE, cells)
        heavy = (True for _ in cells) if listed is None else map(listed.__contains__, clients)
        self._heavy = list(compress(range(len(cells)), heavy))  # places
        self._gone = 0

    def end(self, client: str) -> int:
        return bisect_right(self.cells, client, key=_CLIENTE)

    def work(self, end: int) -> int:
        """Of the cells up to there."""
        before, upto = (bisect_left(self._heavy, self._gone + n) for n in (0, end))
        return end + (upto - before) * (LISTED_WORK - 1)

    def drop(self, end: int) -> None:
        del self.cells[:end]
        self._gone += end


class SealedCells:
    """
    The cells in parts; every client of a part comes before every client of the next one.

    To sort 50,000 cells takes 20 ms, in which nobody else gets the interpreter. So they are sorted
    in runs. A part is what each of these has between two clients, which come from a sample.
    """

    def __init__(self, cells: dict[Cell, int], part: int) -> None:
        """Of about *part* cells each. Whoever gave *cells* leaves them to this."""
        self._cells, self._part = cells, part
        self._undealt = iter(cells)
        self._runs: list[_Run] = []
        self._bounds: list[str] = []  # the last client of each part that is left, but one
        self._found: dict[int, list[int]] = {}  # where so many parts end in each run
        self.work = self.done = 0  # of all that are dealt; of those that were dropped
        self.is_dealt = not cells

    def __iter__(self) -> Iterator[Count]:
        return iter(self._cells.items())

    @property
    def left(self) -> int:
        return len(self._cells)

    def deal(self, cells: int, listed: Container[str] | None = ()) -> None:
        """Put some more of them where they belong. *listed*: who has series; None: everybody."""
        run = _Run(sorted(islice(self._undealt, cells), key=_CLIENTE), listed)
        self._runs.append(run)
        self.work += run.work(len(run.cells))
        if len(run.cells) < cells:
            self._bounds = self._found_bounds()
            self.is_dealt = True

    def first(self, work: int) -> First:
        """Return the first parts, of about that much work, one at least. All must be dealt."""
        parts = min(max(1, work // self._part), len(self._bounds) + 1)
        ends = self._ends(parts)
        if parts > 1 and (too_much := self._work(ends)) > 2 * work:
            parts = max(1, parts * work // too_much)
            ends = self._ends(parts)
        cells = self._counts(ends)
        return First(cells, parts, None if len(cells) == self.left else self._bounds[parts - 1])

    def drop(self, parts: int) -> None:
        """Forget the first of them."""
        ends = self._ends(parts)
        self.done += self._work(ends)
        for run, end in zip(self._runs, ends, strict=True):
            for cell in run.cells[:end]:  # bit by bit: to free all of them at once takes 5 ms
                del self._cells[cell]
            run.drop(end)
        self._bounds, self._found = self._bounds[parts:], {}

    def _ends(self, parts: int) -> list[int]:
        """Where the first parts end in each run."""
        if parts > len(self._bounds):
            return [len(run.cells) for run in self._runs]
        if parts not in self._found:
            last = self._bounds[parts - 1]
            self._found[parts] = [run.end(last) for run in self._runs]
        return self._found[parts]

    def _work(self, ends: list[int]) -> int:
        return sum(run.work(end) for run, end in zip(self._runs, ends, strict=True))

    def _counts(self, ends: list[int]) -> dict[Cell, int]:
        """Of each run up to there."""
        cells: list[Cell] = []
        for run, end in zip(self._runs, ends, strict=True):
            cells += run.cells[:end]
        return dict(zip(cells, map(self._cells.__getitem__, cells), strict=True))

    def _found_bounds(self) -> list[str]:
        """The runs are alike: if each began with its first, what they give would lie together."""
        every, runs = self._part, len(self._runs)
        starts = ((2 * number + 1) * every // (2 * runs) for number in range(runs))
        samples = (run.cells[start::every] for run, start in zip(self._runs, starts, strict=True))
        return sorted({cell[0] for sample in samples for cell in sample})
