"""Copies of the store: made while it is in use, put back while it is not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from aside import rejections
from database.failures import UnusableStoreError
from sqlite import file_tables as tables
from sqlite.file_connection import FileConnection, connect, opening
from sqlite.file_lock import lock_store
from sqlite.migrations import create_or_migrate
from storing import resetting
from storing.resetting import start_new_epoca


@opening()
def back_up(store: Path, to: Path) -> int:
    """
    Copy the store as of one commit, and return the size of the copy in bytes.

    The running service goes on: readers and its writer don't wait for each other in WAL mode.
    *to* appears whole or not at all.
    """
    partial = to.with_name(f"{to.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(open_to_read(store)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm
    _replace(partial, to)
    return to.stat().st_size


@opening()
def restore(store: Path, source: Path) -> str:
    """
    Replace the store by a copy and return its new epoca.

    What was counted after the copy was made is not in it, and is not counted again: the queue
    has forgotten it. Raises StoreInUseError while a service uses the store.
    """
    store.parent.mkdir(parents=True, exist_ok=True)
    with lock_store(store):
        partial = store.with_name(f"{store.name}.partial")
        partial.unlink(missing_ok=True)
        with closing(open_to_read(source)) as copy, closing(connect(partial)) as new:
            copy.backup(new)
            epoca = start_new_epoca(new)
        _empty_wal(store)
        for leftover in (f"{store}-wal", f"{store}-shm"):
            Path(leftover).unlink(missing_ok=True)
        _replace(partial, store)
    return epoca


def reset(store: Path) -> str:
    """Set all counts to zero and return the new epoca. Ids stay, so a copy is no new event."""
    if not store.exists():
        raise FileNotFoundError(f"{store} does not exist")
    with held(store) as db:
        return resetting.reset(db)


@contextmanager
def held(store: Path) -> Iterator[FileConnection]:
    """
    A connection in a transaction, which is committed at the end, while no service uses the store.

    Made if it does not exist. Raises StoreInUseError.
    """
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with opening(), lock_store(store), closing(connect(store)) as db:
        _check(db, store, new=True)
        db.execute("PRAGMA synchronous = FULL")
        create_or_migrate(db)
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")


@opening()
def read_rejections(store: Path, limit: int) -> dict[str, Any]:
    """What `GET /reporte/rechazados` tells, while the service runs or not."""
    with closing(open_to_read(store)) as db:
        return rejections.read(db, limit)


def open_to_read(path: Path) -> FileConnection:
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True, factory=FileConnection)
    try:
        _check(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, path: Path, new: bool = False) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if not (0 if new else 1) <= version <= tables.VERSION:
        raise UnusableStoreError(
            f"{path} is no store of this version: schema {version}, not {tables.VERSION}"
        )
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise UnusableStoreError(f"{path} is damaged: {verdict}")


def _empty_wal(store: Path) -> None:
    """Without its WAL the old store is whole, should we end before the new one is in its place."""
    if not store.exists():
        return
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(store)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a damaged one is lost anyway


def _replace(partial: Path, to: Path) -> None:
    # The new name must not reach the disk before what it names.
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(to)
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
