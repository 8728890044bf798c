"""
Counts and message ids in one SQLite file, changed together in one transaction.

Exactly one connection writes, in one process, which holds a lock on `<file>.lock` for as long
as it lives. `synchronous=FULL` in WAL mode: when `apply` returns, the batch is on the disk.
"""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import fault_points
import rejections
import store_schema as sql
from counting import Known, Message, Tally, count
from message_identity import Kept, Verdict, key_of
from store_lock import lock_store
from totals import IdWindow, Totals

PRUNE_AT_MOST = 2000  # rows a commit, about 1.5 ms: pruning must never stall counting
FREE_BYTES = 16 * 1024**2  # more than a COMMIT and the checkpoint that it may start can write


class StoreUnavailableError(RuntimeError):
    """Nothing was written, and it may go better later: locked, full, read-only."""


class CommitFailedError(RuntimeError):
    """COMMIT failed: what is on the disk is unknown until the store is opened again."""


class Committed(NamedTuple):
    tally: Tally
    version: int
    generado: float
    window: IdWindow


class Store:
    """Not thread-safe: every call but `open_store` must come from one thread at a time."""

    def __init__(
        self, db: sqlite3.Connection, lock: IO[str], window: IdWindow, folder: Path
    ) -> None:
        self._db, self._lock, self._window, self._folder = db, lock, window, folder
        (stored,) = db.execute(sql.CLOCK).fetchone()
        # Age of an id is measured in time spent counting: neither a clock that jumps nor a
        # week of being switched off may make us forget an id whose copy still sits in the queue.
        self._clock: Callable[[], float] = _running_clock(stored)
        self._first, self._last = self._id_span()

    def load(self) -> Totals:
        totals = Totals(*self._db.execute(sql.LEDGER).fetchone())
        totals.window = self._id_window()
        totals.clientes = dict(self._db.execute("SELECT cliente, total FROM clientes"))
        totals.eventos = dict(self._db.execute("SELECT evento, total FROM eventos"))
        return totals

    def apply(self, messages: Sequence[Message]) -> Committed:
        """
        Count the messages and remember their ids, durably, all or nothing.

        Raises StoreUnavailableError (try again later) or CommitFailedError (give up).
        """
        self._check_free_space()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            fault_points.reach("before_decode")
            tally = count(messages, self._known(messages))
            fault_points.reach("after_decode")
            committed = self._write(tally)
        except sqlite3.Error as error:
            self._roll_back()
            raise StoreUnavailableError(str(error)) from error
        try:
            fault_points.reach("before_commit")
            self._db.execute("COMMIT")
            fault_points.reach("after_commit")
        except sqlite3.Error as error:
            raise CommitFailedError(str(error)) from error
        return committed

    def read_rejections(self, limit: int) -> dict[str, Any]:
        return rejections.read(self._db, limit)

    def close(self) -> None:
        self._db.close()
        self._lock.close()

    def _check_free_space(self) -> None:
        # A disk that is full at COMMIT ends the process, and so does the next one after taking
        # a prefetch of messages from the queue, and so on. Here it only pauses counting.
        disk = os.statvfs(self._folder)
        free = disk.f_bavail * disk.f_frsize
        if free < FREE_BYTES:
            raise StoreUnavailableError(f"{free / 1e6:.1f} MB are free in {self._folder}")

    def _id_window(self) -> IdWindow:
        # Shorter than the setting once ids are pruned for their number.
        rows = self._last - self._first + 1 if self._last else 0
        if rows < self._window.rows:
            return IdWindow(self._window.seconds, rows)
        (oldest,) = self._db.execute(sql.OLDEST_ID).fetchone()
        return IdWindow(min(self._window.seconds, int(self._clock() - oldest)), rows)

    def _known(self, messages: Sequence[Message]) -> Known:
        keys = list({key_of(m.message_id) for m in messages if m.message_id})
        known: Known = {}
        query = sql.KNOWN.format(",".join("?" * len(keys)))
        for key, digest, kept in self._db.execute(query, keys):
            known.setdefault(key, {})[digest] = Kept(kept)
        return known

    def _write(self, tally: Tally) -> Committed:
        now, clock = time.time(), self._clock()
        fault_points.reach("before_insert")
        self._db.executemany(sql.ADD_CLIENTES, tally.clientes.items())
        self._db.executemany(sql.ADD_EVENTOS, tally.eventos.items())
        self._db.executemany(sql.KEEP, ((*row, clock) for row in tally.ids))
        rejections.record(self._db, tally.rejected, now)
        fault_points.reach("after_insert")
        self._prune(clock)
        n = tally.verdicts
        (version,) = self._db.execute(
            sql.UPDATE_LEDGER,
            (
                now,
                n[Verdict.COUNT],
                n[Verdict.DUPLICATE],
                n[Verdict.CONFLICT],
                n[Verdict.REJECT],
                tally.without_id,
                tally.clientes.total(),
                clock,
            ),
        ).fetchone()
        return Committed(tally, version, now, self._id_window())

    def _prune(self, clock: float) -> None:
        self._db.execute(sql.PRUNE_BEFORE, (PRUNE_AT_MOST, clock - self._window.seconds))
        self._first, self._last = self._id_span()
        self._db.execute(sql.PRUNE, (self._last - self._window.rows + 1, PRUNE_AT_MOST))

    def _id_span(self) -> tuple[int, int]:
        first, last = self._db.execute(sql.ID_SPAN).fetchone()
        return first or 0, last or 0

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def open_store(path: Path, window: IdWindow) -> Store:
    """Raises StoreInUseError, or OSError and sqlite3.Error when the file can't be used."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        lock = undo.enter_context(lock_store(path))
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
        undo.callback(db.close)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            _create(db)
        elif version != sql.VERSION:
            raise sqlite3.DatabaseError(f"schema {version}, this program knows {sql.VERSION}")
        store = Store(db, lock, window, path.parent)
        undo.pop_all()
        return store


def _create(db: sqlite3.Connection) -> None:
    db.executescript(
        f"BEGIN; {sql.TABLES} {rejections.TABLES} PRAGMA user_version = {sql.VERSION};"
    )
    db.execute(sql.NEW_LEDGER, (uuid.uuid4().hex, time.time()))
    db.execute("COMMIT")


def _running_clock(start: float) -> Callable[[], float]:
    opened = time.monotonic()
    return lambda: start + time.monotonic() - opened
