"""
The delta log of a store into which others write and fold too.

It is sealed within a transaction, at the version that this sees, and the ledger says so. So every
process seals it between the same two rows. Rows that are folded stay for a while: who follows
reads them, and who is behind them loads everything anew.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping

from counting.counted import Counted
from counting.sealed_cells import Count
from database.connection import Connection
from decoding.cell_reading import Cell
from postgres.shared.ledger_mark import Mark
from storing.delta_log import DeltaLog, Forgotten, Sealed, Slice, merge, sealed_cells

KEPT_SECONDS = 60.0  # that a row stays when it is folded
BOUNDS = "SELECT version, plegado, hasta FROM libro"
SEAL = "UPDATE libro SET plegado = sellado, sellado = ?, hasta = ''"
FORGOTTEN = "UPDATE libro SET olvidado = ? WHERE olvidado < ?"
NOTHING_YET = ""  # comes before every name


class SharedLog(DeltaLog):
    def __init__(self, db: Connection, now: float) -> None:
        """Call inside a transaction."""
        self.version, self._plegado, self._hasta = db.execute(BOUNDS).fetchone()
        """Of the ledger, as far as this is known here."""
        self._passed = NOTHING_YET  # others have folded the sealed cells up to this client
        super().__init__(db, now)
        # Up to which version all is folded, and since when
        self._finished = deque([(self._unfolded_after(self._hasta), now)])

    def _unfolded_after(self, upto: str | None) -> int:
        return int(self.sealed_up_to if upto is None else self._plegado)

    def sealed(self) -> Iterable[Count]:
        if self._passed == NOTHING_YET:
            return self._sealed
        return (count for count in self._sealed if count[0][0] > self._passed)

    def next_slice(self) -> Slice | None:
        if self._passed != NOTHING_YET:  # only now: who never folds has no use for their order
            self._sealed, self._passed = sealed_cells(dict(self.sealed())), NOTHING_YET
        return super().next_slice()

    def seal(self, now: float) -> bool:
        """Only within a transaction."""
        return False

    def seal_within(self) -> Sealed | None:
        if self._sealed.left or not self.is_due(time.monotonic()):
            return None
        self._db.execute(SEAL, (self.version,))
        return Sealed(self.version)

    @property
    def has_work(self) -> bool:
        return self._sealed.left > 0 or self.is_due(time.monotonic()) or self.is_folded

    @property
    def is_folded(self) -> bool:
        """They stay for a while."""
        return bool(self._finished) and time.monotonic() - self._finished[0][1] >= KEPT_SECONDS

    def add(self, version: int, counted: Counted) -> None:
        super().add(version, counted)
        self.version = version

    def forget(self) -> Forgotten:
        self._db.execute(FORGOTTEN, (self._forgettable, self._forgettable))
        return super().forget()

    @property
    def _forgettable(self) -> int:
        return self._finished[0][0]

    def done(self, step: Slice | Forgotten | Sealed) -> None:
        if isinstance(step, Sealed):
            self._seal_at(step.version)
        elif isinstance(step, Forgotten):
            if step.all:
                self._finished.popleft()
        else:
            self._sealed.drop(step.parts)
            self._note(step.upto)

    def can_follow(self, mark: Mark) -> bool:
        """Whether what is missing here is still there, and no more than one seal away."""
        return (
            self.version <= mark.version
            and self.version >= mark.olvidado
            and self.sealed_up_to in (mark.sellado, mark.plegado)
        )

    def seal_as_others(self, earlier: Mapping[Cell, int], mark: Mark) -> None:
        """*earlier*: what was counted from what is known here up to the seal."""
        merge(self._open, earlier.items())
        self._seal_at(mark.sellado)

    def follow(self, later: Mapping[Cell, int], mark: Mark) -> None:
        """*later*: what was counted since, after the seal."""
        merge(self._open, later.items())
        self.version = mark.version
        if self._hasta != mark.hasta:
            self._note(mark.hasta)
            if mark.hasta is None:
                self._sealed, self._passed = sealed_cells({}), NOTHING_YET
            else:
                self._passed = mark.hasta
        while self._finished and self._finished[0][0] < mark.olvidado:
            self._finished.popleft()  # whoever forgets later ones forgets these

    def _seal_at(self, version: int) -> None:
        self._plegado = self.sealed_up_to
        self._seal(version, time.monotonic())
        self._hasta = self._passed = NOTHING_YET

    def _note(self, upto: str | None) -> None:
        self._hasta = upto
        if upto is None:
            self._finished.append((self.sealed_up_to, time.monotonic()))
