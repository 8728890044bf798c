"""What a sealed log holds, in order of clients: put into that order a little at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterator, Mapping
from itertools import chain, islice
from operator import itemgetter
from typing import NamedTuple

from decoding.cell_reading import Cell

Count = tuple[Cell, int]
LISTED_WORK = 40  # what more it is to fold a client that has series, in cells

_CLIENTE = itemgetter(0)


class First(NamedTuple):
    """All cells of the clients that come first."""

    cells: Mapping[Cell, int]
    parts: int
    upto: str | None  # the last of these clients; None: nothing is left after it


class _Run:
    """Some cells in order of clients, as columns."""

    def __init__(self, cells: list[Cell], events: list[int]) -> None:
        clients = list(map(_CLIENTE, cells))
        order = sorted(range(len(cells)), key=clients.__getitem__)
        self.clients = list(map(clients.__getitem__, order))
        self._cells = list(map(cells.__getitem__, order))
        self._events = list(map(events.__getitem__, order))

    def __len__(self) -> int:
        return len(self.clients)

    def end(self, client: str) -> int:
        return bisect_right(self.clients, client)

    def counts(self, end: int) -> Iterator[Count]:
        return islice(zip(self._cells, self._events, strict=True), end)

    def drop(self, end: int) -> None:
        del self.clients[:end], self._cells[:end], self._events[:end]


class _Ends(NamedTuple):
    """Of the first parts: where in each run, after how many listed clients."""

    cells: list[int]
    listed: int

    @property
    def work(self) -> int:
        return sum(self.cells) + LISTED_WORK * self.listed


class SealedCells:
    """
    The cells in parts; every client of a part comes before every client of the next one.

    To sort 50,000 cells takes 20 ms, in which nobody else gets the interpreter. So they are sorted
    in runs. A part is what each of these has between two clients, which come from a sample.
    """

    def __init__(self, cells: Mapping[Cell, int], part: int) -> None:
        """Of about *part* cells each. *cells* must not change until all are dealt."""
        self._cells, self._part = cells, part
        self._undealt, self._events = iter(cells), iter(cells.values())
        self._runs: list[_Run] = []
        self._heavy: set[str] = set()  # the listed clients that were dealt
        self._listed: list[str] = []  # the same that are left, in order
        self._bounds: list[str] = []  # the last client of each part that is left, but one
        self._found: dict[int, _Ends] = {}  # by parts
        self.work = self.done = 0  # of all, once they are dealt; of those that were dropped
        self.left = len(cells)
        self.is_dealt = not cells

    def __iter__(self) -> Iterator[Count]:
        if not self.is_dealt:
            return iter(self._cells.items())
        return chain.from_iterable(run.counts(len(run)) for run in self._runs)

    def deal(self, cells: int, listed: Container[str] | None = ()) -> None:
        """Put some more of them where they belong. *listed*: who has series; None: everybody."""
        run = _Run(list(islice(self._undealt, cells)), list(islice(self._events, cells)))
        self._runs.append(run)
        self._heavy.update(
            run.clients if listed is None else filter(listed.__contains__, run.clients)
        )
        if len(run) == cells:
            return
        self._bounds, self._listed = self._found_bounds(), sorted(self._heavy)
        self.work = self._ends(len(self._bounds) + 1).work
        self.is_dealt, self._cells = True, {}

    def first(self, work: int) -> First:
        """Return the first parts, of about that much work, one at least. All must be dealt."""
        parts = min(max(1, work // self._part), len(self._bounds) + 1)
        ends = self._ends(parts)
        if parts > 1 and ends.work > 2 * work:
            parts = max(1, parts * work // ends.work)
            ends = self._ends(parts)
        cells: dict[Cell, int] = {}
        for run, end in zip(self._runs, ends.cells, strict=True):
            cells.update(run.counts(end))
        return First(cells, parts, None if len(cells) == self.left else self._bounds[parts - 1])

    def drop(self, parts: int) -> None:
        """Forget the first of them."""
        ends = self._ends(parts)
        self.done += ends.work
        self.left -= sum(ends.cells)
        for run, end in zip(self._runs, ends.cells, strict=True):
            run.drop(end)
        del self._bounds[:parts], self._listed[: ends.listed]
        self._found = {}

    def _ends(self, parts: int) -> _Ends:
        if parts > len(self._bounds):
            return _Ends(list(map(len, self._runs)), len(self._listed))
        if parts not in self._found:
            last = self._bounds[parts - 1]
            cells = [run.end(last) for run in self._runs]
            self._found[parts] = _Ends(cells, bisect_right(self._listed, last))
        return self._found[parts]

    def _found_bounds(self) -> list[str]:
        """The runs are alike: if each began with its first, what they give would lie together."""
        every, runs = self._part, len(self._runs)
        starts = ((2 * number + 1) * every // (2 * runs) for number in range(runs))
        samples = (run.clients[start::every] for run, start in zip(self._runs, starts, strict=True))
        return sorted(set(chain.from_iterable(samples)))
