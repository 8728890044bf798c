"""
The store in PostgreSQL: what a batch changes, in one transaction.

What costs processor time comes before the lock, as if no id were known: nearly always none is.
With `synchronous_commit` on, a batch is on the disk, and on the standby if there is one, when
`apply` returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aside import rejections
from aside.aside_store import AsideStore
from counting.counted import Counted
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from decoding.cell_reading import CellReader
from decoding.message import Message
from history.levels import Retention
from postgres.preparing import prepare
from postgres.server_connection import ServerConnection
from postgres.server_ids import ServerIds
from postgres.server_snapshots import ServerSnapshots
from postgres.server_transactions import Mark
from postgres.server_url import ServerUrl
from postgres.server_writer import ServerWriter
from storing.bookkeeping import Bookkeeping, Change
from storing.client_row import PageOfClients
from storing.ledger_row import read_ledger
from storing.store import DEFAULT_RETENTION

LOAD_SECONDS = 120.0  # that a statement may take at the start, with very many clients


class ServerStore:
    """Memory (log, totals of names) is made anew when the tables are not as it knows them."""

    _ids: ServerIds
    _books: Bookkeeping

    def __init__(self, db: ServerConnection, window: IdWindow, kept: Retention) -> None:
        """*db* has the tables. Raises StoreInUseError while another process counts into them."""
        self._db, self._window, self._kept = db, window, kept
        self._reader = CellReader()
        self._mark: Mark | None = None
        self._writer = ServerWriter(db, self._follow)
        self._writer.connect()
        self.aside = AsideStore(db, self._writer)
        self.history = ServerSnapshots(db, lambda: self._books.clock.now(), kept)

    def load(self) -> Totals:
        with self._db.patient(LOAD_SECONDS), self._writer.reading():
            totals = read_ledger(self._db)
            totals.window = self._ids.window()
            totals.clientes, totals.eventos = self._books.leading()
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        as_if_new = count(messages, {}, self._reader)
        change = self._writer.once("contar", messages, lambda: self._write(messages, as_if_new))
        if self._mark and change.committed.version > self._mark.version:  # else it was there
            self._books.follow(change)
            self._mark = self._now(change.committed.version)
        return change.committed

    def _write(self, messages: Sequence[Message], as_if_new: Counted) -> Change:
        known = self._ids.known(messages)
        counted = count(messages, known, self._reader) if known else as_if_new
        change = self._books.write(counted)
        self._writer.counted(change.committed.version)
        return change

    def tend(self) -> bool:
        if not self._db.is_open:
            self._writer.connect()  # so that it is there again before anything is to be counted
        self._books.seal()
        if not self._books.has_work:
            return False
        with self._writer.one():
            step = self._books.fold()
        self._books.follow_folding(step)
        self._mark = self._mark and self._now(self._mark.version)
        return self._books.has_work

    def _now(self, version: int) -> Mark | None:
        """What the tables are after a commit of ours."""
        return self._mark and Mark(self._mark.epoca, version, *self._books.log.noted)

    def _follow(self, mark: Mark) -> None:
        if mark == self._mark:
            return
        with self._db.patient(LOAD_SECONDS):
            if self._mark is None:
                self._ids = ServerIds(self._db, self._window)
            self._books = Bookkeeping(self._db, self._ids, self._kept)
        self._mark = mark

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
        self.history.close()
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
