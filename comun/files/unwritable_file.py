"""Whether a SQLite file that can't be written now may be written later."""

from __future__ import annotations

import errno
import sqlite3

DISK = {errno.EROFS, errno.ENOSPC, errno.EDQUOT}
FILE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE,  # the disk is full
}


def may_recover(error: sqlite3.Error | OSError) -> bool:
    """Whether it is locked, full or read-only, rather than damaged or no such file."""
    if isinstance(error, OSError):
        return error.errno in DISK
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return not FILE.isdisjoint((code, code & 0xFF))


def write_nothing(db: sqlite3.Connection) -> None:
    """
    Raises sqlite3.Error when it can't be written.

    SQLite opens a file that it may not write for reading, and keeps it so when it may again.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(f"PRAGMA user_version = {version}")
    finally:
        if db.in_transaction:  # a full disk has undone it already
            db.execute("ROLLBACK")
