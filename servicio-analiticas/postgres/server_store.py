"""
The store in PostgreSQL: what a batch changes, in one transaction.

What costs processor time comes before the lock, as if no id were known: nearly always none is.
With `synchronous_commit` on, a batch is on the disk, and on the standby if there is one, when
`apply` returns. Memory follows what other processes commit, at the begin of each transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aside import rejections
from aside.aside_store import AsideStore
from counting.counted import Counted
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from database.failures import StoreUnavailableError
from decoding.cell_reading import CellReader
from decoding.message import Message
from history.levels import Retention
from postgres.neighbours import Neighbours
from postgres.preparing import prepare
from postgres.server_connection import ServerConnection
from postgres.server_snapshots import ServerSnapshots
from postgres.server_url import ServerUrl
from postgres.server_writer import ServerWriter
from postgres.shared.fold_turn import FoldTurn
from postgres.shared.ledger_mark import Mark
from postgres.shared.memory import SharedMemory
from postgres.shared.server_ids import ServerIds
from postgres.shared.shared_books import SharedBooks
from storing.bookkeeping import Change
from storing.client_row import PageOfClients
from storing.store import DEFAULT_RETENTION

LEAVE_SECONDS = 1.0  # that a server may take to hear of our end
LOAD_SECONDS = 120.0  # that a statement may take at the start, with very many clients


class ServerStore:
    def __init__(self, db: ServerConnection, window: IdWindow, kept: Retention) -> None:
        """*db* has the tables. Raises StoreInUseError while somebody works on them by hand."""
        self._db = db
        self._reader = CellReader()
        self._memory = SharedMemory(db, window, kept)
        self._writer = ServerWriter(db, self._follow, lambda: self._memory.latest)
        self._turn = FoldTurn(db, self._writer.name)
        self._writer.connect()
        self.aside = AsideStore(db, self._writer, lambda: self._turn.may_be_ours)
        self.history = ServerSnapshots(db, lambda: self._books.clock.now(), kept)
        self.others = Neighbours(db, self._writer.name, self._memory, self._look)

    @property
    def _books(self) -> SharedBooks:
        return self._memory.books

    @property
    def _ids(self) -> ServerIds:
        return self._memory.ids

    def load(self) -> Totals:
        with self._db.patient(LOAD_SECONDS), self._writer.reading():
            totals = self._memory.totals(self._mark)
            for _ in self._memory.news():  # all of them are in there
                pass
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        as_if_new = count(messages, {}, self._reader)
        change = self._writer.once("contar", messages, lambda: self._write(messages, as_if_new))
        if not self._writer.was_there:  # else memory has followed it already
            self._memory.follow_own(change)
        return change.committed

    def _write(self, messages: Sequence[Message], as_if_new: Counted) -> Change:
        known = self._ids.known(messages)
        counted = count(messages, known, self._reader) if known else as_if_new
        self._books.may_fold = self._turn.take(self._mark)
        return self._books.write(counted)

    def tend(self) -> bool:
        if not self._db.is_open:
            self._writer.connect()  # so that it is there again before anything is to be counted
        if not (self._turn.may_be_ours and self._books.has_work):
            return False
        with self._writer.one():
            self._books.may_fold = self._turn.take(self._mark)
            step = self._books.fold()
        self._books.follow_folding(step)
        return self._turn.may_be_ours and self._books.has_work

    def _follow(self, mark: Mark) -> None:
        with self._db.patient(LOAD_SECONDS):
            self._memory.follow(mark, self._db.session)
        self._mark = mark
        self._turn.look(mark)

    def _look(self) -> None:
        with self._writer.reading():
            pass

    def read_rejections(self, limit: int) -> dict[str, Any]:
        with self._writer.reading():
            return rejections.read(self._db, limit)

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        with self._writer.reading():
            return self._books.read_client(cliente)

    def read_clients(self, page: PageOfClients) -> dict[str, Any]:
        with self._writer.reading():
            return self._books.read_clients(page)

    def read_future_events(self) -> dict[str, Any] | None:
        with self._writer.reading():
            return self._books.history.future.read()

    def close(self) -> None:
        self.others.close()
        self.history.close()
        if self._db.is_open and self._turn.may_be_ours:
            with suppress(StoreUnavailableError), self._db.patient(LEAVE_SECONDS):
                self._turn.give()
        self._db.retire()


def open_store(
    url: ServerUrl, window: IdWindow, kept: Retention = DEFAULT_RETENTION
) -> ServerStore:
    """
    Raises StoreInUseError, StoreUnavailableError when no server is reached, or UnusableStoreError.
    """
    db = ServerConnection(url)
    try:
        prepare(db)
        return ServerStore(db, window, kept)
    except BaseException:
        db.retire()
        raise
