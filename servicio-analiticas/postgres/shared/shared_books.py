"""Tables and memory of a store in which others count, too."""

from __future__ import annotations

import time
from collections import Counter
from typing import NamedTuple

from database.connection import Connection
from decoding.cell_reading import Cell
from history.levels import Retention
from postgres.shared.ledger_mark import Mark
from postgres.shared.shared_log import SharedLog
from storing import delta_row
from storing import statements as sql
from storing.bookkeeping import Bookkeeping, Change
from storing.delta_log import Sealed, merge
from storing.folding import Step
from storing.kept_ids import KeptIds


class Names(NamedTuple):
    """New totals of those that were counted."""

    clientes: dict[str, int]
    eventos: dict[str, int]


class SharedBooks(Bookkeeping):
    """Made inside a transaction, as of what that sees."""

    log: SharedLog

    def __init__(self, db: Connection, ids: KeptIds, kept: Retention) -> None:
        super().__init__(db, ids, kept, SharedLog(db, time.monotonic()))
        self.may_fold = False
        """Whether it is this process's turn to fold."""

    def fold(self) -> Step:
        return super().fold() if self.may_fold else None

    def follow(self, change: Change) -> None:
        committed, before, step = change
        self.follow_folding(step)  # what it sealed ends before this commit
        self.log.add(committed.version, committed.counted)
        self._names.add(committed.counted, before)

    def follow_folding(self, step: Step) -> None:
        super().follow_folding(step)
        if isinstance(step, Sealed):
            self._names.turn()

    def catch_up(self, mark: Mark) -> Names:
        """
        Follow what others did until *mark*, inside the transaction that sees it.

        A name that memory does not hold yet has its table's total, and what is not folded of it.
        """
        sealed = mark.sellado if mark.sellado != self.log.sealed_up_to else 0
        earlier: Counter[Cell] = Counter()
        later: Counter[Cell] = Counter()
        for version, row in self._db.execute(sql.DELTAS, (self.log.version,)):
            merge(earlier if version <= sealed else later, delta_row.decode(row))
        found = Names({}, {})
        if sealed:
            names = self._names.catch_up(earlier, _unfolded(earlier, mark.hasta))
            found.clientes.update(names[0])
            found.eventos.update(names[1])
            self.log.seal_as_others(earlier, mark)
            self._names.turn()
        names = self._names.catch_up(later, later)
        found.clientes.update(names[0])
        found.eventos.update(names[1])
        self.log.follow(later, mark)
        self._not_before = mark.generado
        return found


def _unfolded(cells: Counter[Cell], upto: str | None) -> Counter[Cell]:
    if upto is None:
        return Counter()
    return Counter({cell: n for cell, n in cells.items() if cell[0] > upto})
