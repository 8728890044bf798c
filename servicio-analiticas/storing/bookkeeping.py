"""What a transaction changes in the tables, and the memory that follows them."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from aside import copies, rejections
from counting.counted import Before, Counted
from counting.leading import Leading
from counting.totals import Committed
from database.connection import Connection
from history.history import History
from history.levels import Retention
from history.steady_clock import running_seconds
from storing.client_row import PageOfClients, read_client, read_clients
from storing.delta_log import DeltaLog
from storing.folding import Folding, Step
from storing.kept_ids import KeptIds
from storing.ledger_row import identity, update_ledger
from storing.name_totals import NameTotals


class Change(NamedTuple):
    """What one transaction wrote, and memory has to follow once it is committed."""

    committed: Committed
    before: Before
    step: Step


class Bookkeeping:
    """
    The tables of counts and history on one connection, with what memory knows of them.

    What writes belongs inside a transaction, what follows it after that. Memory is made from
    the tables as they are when this is made.
    """

    def __init__(self, db: Connection, ids: KeptIds, kept: Retention, log: DeltaLog) -> None:
        self._db, self._ids, self.log = db, ids, log
        self._names = NameTotals(db, log)
        self.history = History(db, kept)
        self.clock = self.history.clock(time.time(), running_seconds())
        self._folding = Folding(db, self.log, self.history, self.clock)
        self._not_before = 0.0  # what a commit may say of when it was made

    def write(self, counted: Counted) -> Change:
        before = self._names.before(counted)
        now, clock = max(time.time(), self._not_before), self._ids.clock()
        version, ids = update_ledger(self._db, counted, before, now, clock)
        self.log.write(version, counted.cells)
        step = self.fold()
        self._ids.keep(counted.ids, clock)
        rejections.record(self._db, counted.rejected, now)
        copies.keep(self._db, counted.to_copy)
        ids = self._ids.prune(clock, ids)
        committed = Committed(counted, before, version, now, self._ids.window_of(ids))
        return Change(committed, before, step)

    def follow(self, change: Change) -> None:
        committed, before, step = change
        self.log.add(committed.version, committed.counted)
        self._names.add(committed.counted, before)
        self.follow_folding(step)

    @property
    def has_work(self) -> bool:
        """Whether there is something to fold, or to prune."""
        return self._folding.has_work

    def fold(self) -> Step:
        return self._folding.step()

    def follow_folding(self, step: Step) -> None:
        if step:
            self.log.done(step)
        self.seal()

    def seal(self) -> None:
        if self.log.seal(time.monotonic()):
            self._names.turn()

    def leading(self) -> tuple[Leading, Leading]:
        """Clients and event types, as of the last commit."""
        return self._names.leading()

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        found = read_client(self._db, self.log, cliente, self.clock.now().latest)
        return found and {**found, "version": identity(self._db)["version"]}

    def read_clients(self, page: PageOfClients) -> dict[str, Any]:
        found = read_clients(self._db, self.log, page, self.clock.now().latest)
        return {**identity(self._db), **found}
