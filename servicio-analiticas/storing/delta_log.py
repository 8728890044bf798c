"""
What batches counted, one row each, on its way into the tables of counts.

Adding to the row of every client at every commit costs a write for each (45 ms with 100,000
clients). A row of the log costs one. From time to time the log is sealed: its rows are merged
in memory and folded into the tables, a slice of clients at a time, each slice together with a
note on how far that got. So a process that is killed goes on where the last commit left it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice

import fault_points
from counting.tally import Tally
from decoding.cell_reading import Cell
from storing import delta_row
from storing import schema as sql

SEAL_SECONDS = 5.0
SEAL_CELLS = 50_000  # some 15 MB
FOLD_CELLS = 500  # about 1 ms
FORGET_ROWS = 20

Count = tuple[Cell, int]
Fold = Callable[[Mapping[Cell, int]], None]


class DeltaLog:
    """
    `append` and `step` write, and belong inside a transaction. What they did holds once `commit`
    follows that of the database; `roll_back` leaves everything as it was before.
    """

    def __init__(self, db: sqlite3.Connection, now: float) -> None:
        self._db = db
        self._open: Counter[Cell] = Counter()  # counted since the log was sealed
        self._sealed: list[Count] = []  # in order of clients
        self._folded = self._next = 0  # of the sealed; and with the transaction in hand
        self._sealed_at = now
        self._version, hasta = db.execute(sql.FOLDED).fetchone()  # up to which it was sealed
        self._last = self._version
        self._clearing = hasta is None  # all up to it is folded, and its rows go bit by bit
        self._appended: tuple[int, Tally] | None = None
        self._cleared = False
        self._replay(hasta)

    def _replay(self, hasta: str | None) -> None:
        sealed: Counter[Cell] = Counter()
        after = self._version if hasta is None else 0
        for version, row in self._db.execute(sql.DELTAS, (after,)):
            _add(sealed if version <= self._version else self._open, delta_row.decode(row))
            self._last = version
        if hasta is not None:
            self._sealed = _by_client(c for c in sealed.items() if c[0][0] > hasta)

    def unfolded(self) -> Counter[Cell]:
        """What the tables don't hold yet."""
        cells = Counter(self._open)
        _add(cells, islice(self._sealed, self._folded, None))
        return cells

    def items(self) -> Iterator[Count]:
        """The same, but a cell may come twice."""
        return chain(self._open.items(), islice(self._sealed, self._folded, None))

    def append(self, version: int, tally: Tally) -> None:
        if tally.cells:
            self._db.execute(sql.ADD_DELTA, (version, delta_row.encode(tally.cells)))
            self._appended = (version, tally)

    def seal(self, now: float) -> bool:
        """Seal the log if it is time to, and nothing is left of the last time."""
        is_time = now - self._sealed_at >= SEAL_SECONDS or len(self._open) >= SEAL_CELLS
        if self.has_work or not self._open or not is_time:
            return False
        self._sealed, self._open = _by_client(self._open.items()), Counter()
        self._folded = self._next = 0
        self._version, self._sealed_at = self._last, now
        return True

    @property
    def has_work(self) -> bool:
        return self._clearing or bool(self._sealed)

    def step(self, fold: Fold) -> None:
        """Do a small part of the work; more of it when the log fills faster than it is folded."""
        if self._sealed:
            # All is folded by the time the log is half full, so it never grows without bound.
            due = 2 * len(self._open) * len(self._sealed) // SEAL_CELLS - self._folded
            self._next = self._end_of_slice(max(FOLD_CELLS, due))
            fault_points.reach("before_fold")
            fold(dict(self._sealed[self._folded : self._next]))
            done = self._next == len(self._sealed)
            hasta = None if done else self._sealed[self._next - 1][0][0]
            self._db.execute(sql.FOLD, (self._version, hasta))
            fault_points.reach("after_fold")
        elif self._clearing:
            fault_points.reach("before_forget")
            rows = self._db.execute(sql.FORGET_DELTAS, (self._version, FORGET_ROWS)).rowcount
            self._cleared = rows < FORGET_ROWS
            fault_points.reach("after_forget")

    def _end_of_slice(self, size: int) -> int:
        # A client is never split, so that a name tells how far folding got.
        sealed, end = self._sealed, min(self._folded + size, len(self._sealed))
        while end < len(sealed) and sealed[end][0][0] == sealed[end - 1][0][0]:
            end += 1
        return end

    def commit(self) -> None:
        if self._appended:
            self._last, tally = self._appended
            if tally.is_concentrated:
                _add(self._open, tally.cells.items())
            else:
                self._open.update(tally.each)
        self._folded = self._next
        if self._sealed and self._folded == len(self._sealed):
            self._sealed, self._folded, self._next = [], 0, 0
            self._clearing = True
        elif self._cleared:
            self._clearing = False
        self.roll_back()

    def roll_back(self) -> None:
        self._appended, self._next, self._cleared = None, self._folded, False


def _add(to: dict[Cell, int], counts: Iterable[Count]) -> None:
    """As Counter.update does, in half the time."""
    get = to.get
    for cell, n in counts:
        to[cell] = get(cell, 0) + n


def _by_client(counts: Iterable[Count]) -> list[Count]:
    return sorted(counts, key=lambda count: count[0][0])
