"""
The store: what a batch changes, in one transaction, in one SQLite file.

Exactly one connection writes, in one process, which holds a lock on `<file>.lock` for as long
as it lives. `synchronous=FULL` in WAL mode: when `apply` returns, the batch is on the disk.
What a batch counted is one row of the delta log (delta_log.py), folded into the tables later.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from aside import copies, rejections
from aside.aside_store import AsideStore
from comun.held_file import make_private
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from database.lock import lock_store
from database.transactions import Transactions
from database.writable import StoreUnavailableError
from decoding.cell_reading import CellReader
from decoding.message import Message
from history.history import History
from history.levels import Retention
from history.steady_clock import running_seconds
from storing.client_row import PageOfClients, read_client, read_clients
from storing.delta_log import DeltaLog
from storing.folding import Folding
from storing.kept_ids import KeptIds
from storing.ledger_row import identity, read_ledger, update_ledger
from storing.name_totals import NameTotals
from storing.snapshot import HistorySnapshots
from storing.versions import create_or_migrate

CACHE_KIB = 32 * 1024
DEFAULT_RETENTION = Retention()


class Store:
    """
    Not thread-safe: every call but `open_store` must come from one thread at a time.

    Memory (the log, the totals of names) follows the disk: it changes once a commit is done.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        lock: IO[str],
        window: IdWindow,
        kept: Retention,
        path: Path,
    ) -> None:
        self._db, self._lock = db, lock
        self._transactions = Transactions(db, path)
        self._reader = CellReader()
        self._ids = KeptIds(db, window)
        self._log = DeltaLog(db, time.monotonic())
        self._names = NameTotals(db, self._log)
        self._history = History(db, kept)
        self._clock = self._history.clock(time.time(), running_seconds())
        self._folding = Folding(db, self._log, self._history, self._clock)
        self.history = HistorySnapshots(path, self._log, self._history, self._clock)
        self.aside = AsideStore(db, self._transactions)

    def load(self) -> Totals:
        totals = read_ledger(self._db)
        totals.window = self._ids.window()
        totals.clientes, totals.eventos = self._names.leading()
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        """
        Count the messages and remember their ids, durably, all or nothing.

        Raises StoreUnavailableError (try again later) or CommitFailedError (give up).
        """
        with self._transactions.one():
            counted = count(messages, self._ids.known(messages), self._reader)
            before = self._names.before(counted)
            now, clock = time.time(), self._ids.clock()
            version = update_ledger(self._db, counted, before, now, clock)
            self._log.write(version, counted.cells)
            step = self._folding.step()
            self._ids.keep(counted.ids, clock)
            rejections.record(self._db, counted.rejected, now)
            copies.keep(self._db, counted.to_copy)
            self._ids.prune(clock)
            committed = Committed(counted, before, version, now, self._ids.window())
        self._log.add(version, counted)
        self._names.add(counted, before)
        if step:
            self._log.done(step)
        self._seal()
        return committed

    def tend(self) -> bool:
        """
        Fold a little of the log into the tables; `apply` does so too. Return whether more is left.

        Raises what `apply` raises.
        """
        self._seal()
        if not self._folding.has_work:
            return False
        with self._transactions.one():
            step = self._folding.step()
        if step:
            self._log.done(step)
        self._seal()
        return self._folding.has_work

    def _seal(self) -> None:
        if self._log.seal(time.monotonic()):
            self._names.turn()

    def read_rejections(self, limit: int) -> dict[str, Any]:
        return rejections.read(self._db, limit)

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        found = read_client(self._db, self._log, cliente, self._clock.now().latest)
        return found and {**found, "version": identity(self._db)["version"]}

    def read_clients(self, page: PageOfClients) -> dict[str, Any]:
        found = read_clients(self._db, self._log, page, self._clock.now().latest)
        return {**identity(self._db), **found}

    def read_future_events(self) -> dict[str, Any] | None:
        """What `/reporte/estado` tells of events dated in the future. Raises as `apply` does."""
        try:
            return self._history.future.read()
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    def close(self) -> None:
        self.history.close()
        self._db.close()
        self._lock.close()


def open_store(path: Path, window: IdWindow, kept: Retention = DEFAULT_RETENTION) -> Store:
    """Raises StoreInUseError, or OSError and sqlite3.Error when the file can't be used."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as undo:
        lock = undo.enter_context(lock_store(path))
        make_private(path)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
        undo.callback(db.close)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        create_or_migrate(db)
        store = Store(db, lock, window, kept, path)
        undo.pop_all()
        return store
