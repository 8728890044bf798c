"""From the delta log into the tables of counts and history, a little within each transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping

from counting.tally import by_name
from database.connection import Connection
from decoding.cell_reading import Cell
from history.history import History
from history.steady_clock import SteadyClock
from storing import statements as sql
from storing.delta_log import DeltaLog, Forgotten, Sealed, Slice

PRUNE_SECONDS = 2.0

Step = Slice | Forgotten | Sealed | None
"""What was done; None: nothing that memory has to follow."""


class Folding:
    def __init__(self, db: Connection, log: DeltaLog, history: History, clock: SteadyClock) -> None:
        self._db, self._log = db, log
        self._history, self._clock = history, clock
        log.listed = history.listed
        self._pruned_at = time.monotonic()

    @property
    def has_work(self) -> bool:
        return self._log.has_work or self._prune_is_due

    @property
    def _prune_is_due(self) -> bool:
        return time.monotonic() - self._pruned_at >= PRUNE_SECONDS

    def step(self) -> Step:
        """
        Do a small part of the work, inside a transaction; tell the log of it after that.

        Rows go first: under a load that leaves always something to fold they would only grow.
        """
        if self._log.is_folded:
            return self._log.forget()
        if sealed := self._log.seal_within():
            return sealed
        if folded := self._log.next_slice():
            self.fold(folded.cells)
            self._log.note(folded)
            return folded
        if self._prune_is_due:
            self._history.prune(self._clock.now())
            self._pruned_at = time.monotonic()
        return None

    def fold(self, cells: Mapping[Cell, int]) -> None:
        """Names go in in order, so that those on one page go together."""
        now = self._clock.now()
        latest = int(now.latest)  # nobody was seen tomorrow
        clientes, eventos = by_name(cells)
        seen: dict[str, int] = {}
        for cliente, _, second in cells:
            if seen.get(cliente, -1) < second:
                seen[cliente] = second
        rows = ((name, n, min(seen[name], latest)) for name, n in sorted(clientes.items()))
        self._db.executemany(sql.ADD_CLIENTES, rows)
        self._db.executemany(sql.ADD_EVENTOS, sorted(eventos.items()))
        self._history.fold(cells, now)
