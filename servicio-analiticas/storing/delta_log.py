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
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from counting.counted import Counted
from counting.sealed_cells import Count, SealedCells
from database.connection import Connection
from decoding.cell_reading import Cell
from storing import delta_row
from storing import statements as sql

SEAL_SECONDS = 5.0
SEAL_CELLS = 50_000  # some 15 MB
FOLD_CELLS = 500  # about 1 ms, or as much work
PARTS = 10  # that so many cells are in: how finely they can be taken
DEAL_CELLS = 5_000  # about 1 ms
HASTE = 1.5  # power of how full the log is by which folding keeps up
FORGET_ROWS = 20


class Slice(NamedTuple):
    """What is folded in one transaction."""

    cells: Mapping[Cell, int]
    parts: int  # of the sealed
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
        self._sealed = sealed_cells({})
        self._sealed_at = now
        self.sealed_up_to, upto = db.execute(sql.FOLDED).fetchone()
        """The version up to which it was sealed."""
        self._last = self.sealed_up_to
        self._clearing = upto is None  # all up to it is folded, and its rows go bit by bit
        self._began_at = 0  # how many cells were open when all were dealt
        self.listed: Callable[[], Container[str] | None] = tuple
        """Which clients are more work to fold; None: all. Whoever folds them knows."""
        self._replay(upto)

    def _replay(self, upto: str | None) -> None:
        sealed: Counter[Cell] = Counter()
        for version, row in self._db.execute(sql.DELTAS, (self._unfolded_after(upto),)):
            merge(sealed if version <= self.sealed_up_to else self._open, delta_row.decode(row))
            self._last = version
        if upto is not None:
            self._sealed = sealed_cells({cell: n for cell, n in sealed.items() if cell[0] > upto})

    def _unfolded_after(self, upto: str | None) -> int:
        return self.sealed_up_to if upto is None else 0

    def unfolded(self) -> Counter[Cell]:
        """What the tables don't hold yet."""
        cells = Counter(self._open)
        merge(cells, self.sealed())
        return cells

    def items(self) -> Iterator[Count]:
        """The same, but a cell may come twice."""
        return chain(self._open.items(), self.sealed())

    def sealed(self) -> Iterable[Count]:
        """What is left of them."""
        return self._sealed

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
        self._sealed, self._open = sealed_cells(self._open), Counter()
        self.sealed_up_to, self._sealed_at = version, now

    @property
    def has_work(self) -> bool:
        return self._clearing or self._sealed.left > 0

    @property
    def is_folded(self) -> bool:
        """Whether only rows are left, to be forgotten."""
        return self._clearing

    def next_slice(self) -> Slice | None:
        """
        What is to be folded next; None while that is being put in order.

        More of it the fuller the log is: all is folded by the time it is full, so it never grows
        without bound. But not at once when a second begins, in which every cell is a new one.
        """
        sealed = self._sealed
        if not sealed.left:
            return None
        if not sealed.is_dealt:
            sealed.deal(max(DEAL_CELLS, len(self._open) // 4), self.listed())
            self._began_at = len(self._open)
        if not sealed.is_dealt:
            return None
        fuller = (len(self._open) - self._began_at) / max(1, SEAL_CELLS - self._began_at)
        due = int(sealed.work * fuller**HASTE) - sealed.done
        # A client is never split, so that a name tells how far folding got.
        cells, parts, upto = sealed.first(max(FOLD_CELLS, due))
        return Slice(cells, parts, upto)

    def note(self, folded: Slice) -> None:
        self._db.execute(sql.FOLD, (self.sealed_up_to, folded.upto))

    def forget(self) -> Forgotten:
        rows = self._db.execute(sql.FORGET_DELTAS, (self._forgettable, FORGET_ROWS)).rowcount
        return Forgotten(rows < FORGET_ROWS)

    @property
    def _forgettable(self) -> int:
        """Up to this version rows may go."""
        return int(self.sealed_up_to)

    def done(self, step: Slice | Forgotten | Sealed) -> None:
        if isinstance(step, Forgotten):
            self._clearing = not step.all
            return
        if isinstance(step, Slice):
            self._sealed.drop(step.parts)
            self._clearing = step.upto is None


def merge(to: dict[Cell, int], counts: Iterable[Count]) -> None:
    """As Counter.update does, in half the time."""
    get = to.get
    for cell, n in counts:
        to[cell] = get(cell, 0) + n


def sealed_cells(cells: Mapping[Cell, int]) -> SealedCells:
    return SealedCells(cells, max(1, FOLD_CELLS // PARTS))
