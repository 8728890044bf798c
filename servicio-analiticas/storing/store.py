"""
Counts and message ids in one SQLite file, changed together in one transaction.

Exactly one connection writes, in one process, which holds a lock on `<file>.lock` for as long
as it lives. `synchronous=FULL` in WAL mode: when `apply` returns, the batch is on the disk.
What a batch counted is one row of the delta log (delta_log.py), folded into the tables later.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import fault_points
from aside import copies, rejections
from aside.aside_store import AsideStore
from aside.store_access import CommitFailedError as CommitFailedError
from aside.store_access import StoreUnavailableError as StoreUnavailableError
from aside.store_access import check_writable
from counting.tally import Tally, count
from counting.totals import IdWindow, Totals
from decoding.cell_reading import CellReader
from decoding.message import Message
from history.levels import Retention, levels
from history.query import HistoryQuery
from storing.counts import Counts
from storing.kept_ids import KeptIds
from storing.ledger_row import identity, read_ledger, update_ledger
from storing.lock import lock_store, make_private
from storing.snapshot import HistorySnapshot
from storing.versions import create_or_migrate

CACHE_KIB = 32 * 1024
DEFAULT_RETENTION = Retention()


class Committed(NamedTuple):
    tally: Tally
    version: int
    generado: float
    window: IdWindow


class Store:
    """Not thread-safe: every call but `open_store` must come from one thread at a time."""

    def __init__(
        self,
        db: sqlite3.Connection,
        lock: IO[str],
        window: IdWindow,
        kept: Retention,
        path: Path,
    ) -> None:
        self._db, self._lock, self._path = db, lock, path
        self._wal = path.with_name(f"{path.name}-wal")
        self._reader = CellReader()
        self._ids = KeptIds(db, window)
        self._counts, self.levels = Counts(db, kept), levels(kept)
        self._snapshot = HistorySnapshot(path)
        self.aside = AsideStore(db, self._transaction)

    def load(self) -> Totals:
        totals = read_ledger(self._db)
        totals.window = self._ids.window()
        totals.clientes, totals.eventos = self._counts.leading()
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        """
        Count the messages and remember their ids, durably, all or nothing.

        Raises StoreUnavailableError (try again later) or CommitFailedError (give up).
        """
        with self._transaction():
            fault_points.reach("before_decode")
            tally = count(messages, self._ids.known(messages), self._reader)
            fault_points.reach("after_decode")
            committed = self._write(tally)
            fault_points.reach("before_commit")
        fault_points.reach("after_commit")
        return committed

    def tend(self) -> bool:
        """
        Fold a little of the log into the tables; `apply` does so too. Return whether more is left.

        Raises what `apply` raises.
        """
        self._counts.seal()
        if not self._counts.has_work:
            return False
        with self._transaction():
            self._counts.step()
            fault_points.reach("before_fold_commit")
        fault_points.reach("after_fold_commit")
        return self._counts.has_work

    def read_rejections(self, limit: int) -> dict[str, Any]:
        return rejections.read(self._db, limit)

    def history_reading(self, query: HistoryQuery) -> Callable[[], dict[str, Any]]:
        """Return what reads the history as it is now, in whatever thread, before the next one."""
        return self._snapshot.pin(lambda: self._counts.history_reading(query))

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        found = self._counts.client(cliente)
        return found and {**found, "version": identity(self._db)["version"]}

    def read_future_events(self) -> dict[str, Any] | None:
        """What `/reporte/estado` tells of events dated in the future. Raises as `apply` does."""
        try:
            return self._counts.future_events()
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    def close(self) -> None:
        self._snapshot.close()
        self._db.close()
        self._lock.close()

    def _begin(self) -> None:
        check_writable(self._path, self._wal)
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._begin()
        try:
            yield
        except sqlite3.Error as error:
            self._roll_back()
            raise StoreUnavailableError(str(error)) from error
        except BaseException:
            self._roll_back()
            raise
        self._commit()

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise CommitFailedError(str(error)) from error
        self._counts.commit()

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._counts.roll_back()

    def _write(self, tally: Tally) -> Committed:
        now, clock = time.time(), self._ids.clock()
        self._counts.look_up(tally)
        fault_points.reach("before_insert")
        version = update_ledger(self._db, tally, now, clock)
        self._counts.append(version, tally)
        self._ids.keep(tally.ids, clock)
        rejections.record(self._db, tally.rejected, now)
        copies.keep(self._db, tally.to_copy)
        fault_points.reach("after_insert")
        self._ids.prune(clock)
        return Committed(tally, version, now, self._ids.window())


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
