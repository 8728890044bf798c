"""
What batches counted, one row each, on its way into the tables of counts.

Adding to the row of every client at every commit costs a write for each (45 ms with 100,000
clients). A row of the log costs one. From time to time the log is sealed: its rows are merged
in memory and folded into the tables (folding.py), a slice of clients at a time, each slice
together with a note on how far that got. So a process that is killed goes on where the last
commit left it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from counting.counted import Counted
from database.connection import Connection
from decoding.cell_reading import Cell
from storing import delta_row
from storing import statements as sql

SEAL_SECONDS = 5.0
SEAL_CELLS = 50_000  # some 15 MB
FOLD_CELLS = 500  # about 1 ms
FORGET_ROWS = 20

Count = tuple[Cell, int]


class Slice(NamedTuple):
    """What is folded in one transaction."""

    cells: Mapping[Cell, int]
    end: int  # how many of the sealed are folded with it
    upto: str | None  # the last of its clients; None: nothing is left after it


class Sealed(NamedTuple):
    """What was counted up to a version is to be folded together; noted in the store itself."""

    version: int


class Forgotten(NamedTuple):
    """Some rows that are folded."""

    all: bool


class DeltaLog:
    """`write`, `note` and `forget` belong inside a transaction, `add` and `done` after it."""

    def __init__(self, db: Connection, now: float) -> None:
        self._db = db
        self._open: Counter[Cell] = Counter()  # counted since the log was sealed
        self._sealed: list[Count] = []  # in order of clients
        self._folded = 0  # of the sealed
        self._sealed_at = now
        self.sealed_up_to, upto = db.execute(sql.FOLDED).fetchone()
        """The version up to which it was sealed."""
        self._last = self.sealed_up_to
        self._clearing = upto is None  # all up to it is folded, and its rows go bit by bit
        self._replay(upto)

    def _replay(self, upto: str | None) -> None:
        sealed: Counter[Cell] = Counter()
        for version, row in self._db.execute(sql.DELTAS, (self._unfolded_after(upto),)):
            merge(sealed if version <= self.sealed_up_to else self._open, delta_row.decode(row))
            self._last = version
        if upto is not None:
            self._sealed = _by_client(c for c in sealed.items() if c[0][0] > upto)

    def _unfolded_after(self, upto: str | None) -> int:
        return self.sealed_up_to if upto is None else 0

    def unfolded(self) -> Counter[Cell]:
        """What the tables don't hold yet."""
        cells = Counter(self._open)
        merge(cells, islice(self._sealed, self._folded, None))
        return cells

    def items(self) -> Iterator[Count]:
        """The same, but a cell may come twice."""
        return chain(self._open.items(), islice(self._sealed, self._folded, None))

    def write(self, version: int, cells: Mapping[Cell, int]) -> None:
        if cells:
            self._db.execute(sql.ADD_DELTA, (version, delta_row.encode(cells)))

    def add(self, version: int, counted: Counted) -> None:
        if not counted.cells:
            return
        self._last = version
        if counted.is_concentrated:
            merge(self._open, counted.cells.items())
        else:
            self._open.update(counted.each)

    def seal(self, now: float) -> bool:
        """Seal the log if it is time to, and nothing is left of the last time."""
        if self.has_work or not self.is_due(now):
            return False
        self._seal(self._last, now)
        return True

    def seal_within(self) -> Sealed | None:
        """Seal it inside a transaction, where others must know of it."""
        return None

    def is_due(self, now: float) -> bool:
        is_time = now - self._sealed_at >= SEAL_SECONDS or len(self._open) >= SEAL_CELLS
        return is_time and bool(self._open)

    def _seal(self, version: int, now: float) -> None:
        self._sealed, self._open = _by_client(self._open.items()), Counter()
        self._folded = 0
        self.sealed_up_to, self._sealed_at = version, now

    @property
    def has_work(self) -> bool:
        return self._clearing or bool(self._sealed)

    @property
    def is_clearing(self) -> bool:
        """Whether rows are left that are folded, and go bit by bit."""
        return self._clearing

    def next_slice(self) -> Slice | None:
        """What is to be folded next; more of it when the log fills faster than it is folded."""
        if not self._sealed:
            return None
        # All is folded by the time the log is half full, so it never grows without bound.
        due = 2 * len(self._open) * len(self._sealed) // SEAL_CELLS - self._folded
        end = self._end_of_slice(max(FOLD_CELLS, due))
        upto = None if end == len(self._sealed) else self._sealed[end - 1][0][0]
        return Slice(dict(self._sealed[self._folded : end]), end, upto)

    def _end_of_slice(self, size: int) -> int:
        # A client is never split, so that a name tells how far folding got.
        sealed, end = self._sealed, min(self._folded + size, len(self._sealed))
        while end < len(sealed) and sealed[end][0][0] == sealed[end - 1][0][0]:
            end += 1
        return end

    def note(self, folded: Slice) -> None:
        self._db.execute(sql.FOLD, (self.sealed_up_to, folded.upto))

    def forget(self) -> Forgotten:
        rows = self._db.execute(sql.FORGET_DELTAS, (self.sealed_up_to, FORGET_ROWS)).rowcount
        return Forgotten(rows < FORGET_ROWS)

    def done(self, step: Slice | Forgotten | Sealed) -> None:
        if isinstance(step, Forgotten):
            self._clearing = not step.all
        elif isinstance(step, Slice):
            self._folded = step.end
            if step.upto is None:
                self._sealed, self._folded, self._clearing = [], 0, True


def merge(to: dict[Cell, int], counts: Iterable[Count]) -> None:
    """As Counter.update does, in half the time."""
    get = to.get
    for cell, n in counts:
        to[cell] = get(cell, 0) + n


def _by_client(counts: Iterable[Count]) -> list[Count]:
    return sorted(counts, key=lambda count: count[0][0])
