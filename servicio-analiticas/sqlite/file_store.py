"""
The store in one SQLite file: what a batch changes, in one transaction.

Exactly one connection writes, in one process, which holds a lock on `<file>.lock` for as long
as it lives. `synchronous=FULL` in WAL mode: when `apply` returns, the batch is on the disk.
What a batch counted is one row of the delta log (delta_log.py), folded into the tables later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from aside import rejections
from aside.aside_store import AsideStore
from comun.files.held_file import make_private
from comun.files.unwritable_file import write_nothing
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from decoding.cell_reading import CellReader
from decoding.message import Message
from history.levels import Retention
from sqlite.file_connection import FileConnection, connect, opening, reading
from sqlite.file_ids import FileIds
from sqlite.file_lock import lock_store
from sqlite.file_snapshots import FileSnapshots
from sqlite.file_transactions import FileTransactions
from sqlite.migrations import create_or_migrate
from storing.bookkeeping import Bookkeeping
from storing.client_row import PageOfClients
from storing.delta_log import DeltaLog
from storing.ledger_row import read_ledger
from storing.store import DEFAULT_RETENTION

CACHE_KIB = 32 * 1024


class FileStore:
    """Memory (the log, the totals of names) follows the disk: it changes after the commit."""

    def __init__(
        self,
        db: FileConnection,
        lock: IO[str],
        window: IdWindow,
        kept: Retention,
        path: Path,
    ) -> None:
        self._db, self._lock = db, lock
        self._transactions = FileTransactions(db, path)
        self._reader = CellReader()
        self._ids = FileIds(db, window)
        self._books = Bookkeeping(db, self._ids, kept, DeltaLog(db, time.monotonic()))
        self.history = FileSnapshots(path, self._books)
        self.aside = AsideStore(db, self._transactions)
        self.others = None

    def load(self) -> Totals:
        totals = read_ledger(self._db)
        totals.window = self._ids.window()
        totals.clientes, totals.eventos = self._books.leading()
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        with self._transactions.one():
            counted = count(messages, self._ids.known(messages), self._reader)
            change = self._books.write(counted)
        self._books.follow(change)
        return change.committed

    def tend(self) -> bool:
        self._books.seal()
        if not self._books.has_work:
            return False
        with self._transactions.one():
            step = self._books.fold()
        self._books.follow_folding(step)
        return self._books.has_work

    def read_rejections(self, limit: int) -> dict[str, Any]:
        with reading():
            return rejections.read(self._db, limit)

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        with reading():
            return self._books.read_client(cliente)

    def read_clients(self, page: PageOfClients) -> dict[str, Any]:
        with reading():
            return self._books.read_clients(page)

    def read_future_events(self) -> dict[str, Any] | None:
        with reading():
            return self._books.history.future.read()

    def close(self) -> None:
        self.history.close()
        self._db.close()
        self._lock.close()


def open_store(path: Path, window: IdWindow, kept: Retention = DEFAULT_RETENTION) -> FileStore:
    """Raises StoreInUseError, StoreUnavailableError, UnusableStoreError, or OSError."""
    with ExitStack() as undo, opening():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = undo.enter_context(lock_store(path))
        make_private(path)
        db = connect(path, timeout=1)
        undo.callback(db.close)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        create_or_migrate(db)
        write_nothing(db)
        store = FileStore(db, lock, window, kept, path)
        undo.pop_all()
        return store
