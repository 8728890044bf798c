"""What a sealed log holds, in order of clients: put into that order a little at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping
from itertools import chain, compress, islice, repeat
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

    def __init__(self, cells: list[Cell], events: list[int], listed: Container[str] | None) -> None:
        clients = list(map(_CLIENTE, cells))
        order = sorted(range(len(cells)), key=clients.__getitem__)
        self._clients = list(map(clients.__getitem__, order))
        self._cells = list(map(cells.__getitem__, order))
        self._events = list(map(events.__getitem__, order))
        heavy = repeat(True) if listed is None else map(listed.__contains__, self._clients)
        self._heavy = list(compress(range(len(cells)), heavy))  # places
        self._gone = 0

    def __len__(self) -> int:
        return len(self._clients)

    def end(self, client: str) -> int:
        return bisect_right(self._clients, client)

    def work(self, end: int) -> int:
        """Of the cells up to there."""
        before, upto = (bisect_left(self._heavy, self._gone + n) for n in (0, end))
        return end + (upto - before) * (LISTED_WORK - 1)

    def counts(self, end: int) -> Iterator[Count]:
        return islice(zip(self._cells, self._events, strict=True), end)

    def drop(self, end: int) -> None:
        del self._clients[:end], self._cells[:end], self._events[:end]
        self._gone += end

    def sample(self, start: int, every: int) -> list[str]:
        return self._clients[start::every]


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
        self._bounds: list[str] = []  # the last client of each part that is left, but one
        self._found: dict[int, list[int]] = {}  # where so many parts end in each run
        self.work = self.done = 0  # of all that are dealt; of those that were dropped
        self.left = len(cells)
        self.is_dealt = not cells

    def __iter__(self) -> Iterator[Count]:
        if not self.is_dealt:
            return iter(self._cells.items())
        return chain.from_iterable(run.counts(len(run)) for run in self._runs)

    def deal(self, cells: int, listed: Container[str] | None = ()) -> None:
        """Put some more of them where they belong. *listed*: who has series; None: everybody."""
        run = _Run(list(islice(self._undealt, cells)), list(islice(self._events, cells)), listed)
        self._runs.append(run)
        self.work += run.work(len(run))
        if len(run) < cells:
            self._bounds = self._found_bounds()
            self.is_dealt, self._cells = True, {}

    def first(self, work: int) -> First:
        """Return the first parts, of about that much work, one at least. All must be dealt."""
        parts = min(max(1, work // self._part), len(self._bounds) + 1)
        ends = self._ends(parts)
        if parts > 1 and (too_much := self._work(ends)) > 2 * work:
            parts = max(1, parts * work // too_much)
            ends = self._ends(parts)
        cells: dict[Cell, int] = {}
        for run, end in zip(self._runs, ends, strict=True):
            cells.update(run.counts(end))
        return First(cells, parts, None if len(cells) == self.left else self._bounds[parts - 1])

    def drop(self, parts: int) -> None:
        """Forget the first of them."""
        ends = self._ends(parts)
        self.done += self._work(ends)
        self.left -= sum(ends)
        for run, end in zip(self._runs, ends, strict=True):
            run.drop(end)
        self._bounds, self._found = self._bounds[parts:], {}

    def _ends(self, parts: int) -> list[int]:
        """Where the first parts end in each run."""
        if parts > len(self._bounds):
            return list(map(len, self._runs))
        if parts not in self._found:
            last = self._bounds[parts - 1]
            self._found[parts] = [run.end(last) for run in self._runs]
        return self._found[parts]

    def _work(self, ends: list[int]) -> int:
        return sum(run.work(end) for run, end in zip(self._runs, ends, strict=True))

    def _found_bounds(self) -> list[str]:
        """The runs are alike: if each began with its first, what they give would lie together."""
        every, runs = self._part, len(self._runs)
        starts = ((2 * number + 1) * every // (2 * runs) for number in range(runs))
        samples = map(_Run.sample, self._runs, starts, repeat(every))
        return sorted(set(chain.from_iterable(samples)))
