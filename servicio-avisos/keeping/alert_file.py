"""The file itself: who holds it, its tables, its version."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from comun.availability import NotAvailableError
from comun.files.held_file import FileInUseError, hold_file, make_private
from comun.files.unwritable_file import may_recover, write_nothing

VERSION = 1
BUSY_SECONDS = 5.0
SCHEMA = """
CREATE TABLE avisos (
    id TEXT PRIMARY KEY, regla TEXT NOT NULL, tipo TEXT NOT NULL, sujeto TEXT NOT NULL,
    desde REAL, disparado REAL NOT NULL, valor REAL NOT NULL, limite REAL NOT NULL,
    nota TEXT NOT NULL, resuelto REAL, sobre TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE entregas (
    aviso TEXT NOT NULL, destino TEXT NOT NULL, dicho INTEGER NOT NULL, enviando INTEGER NOT NULL,
    momento REAL NOT NULL, PRIMARY KEY (aviso, destino)
) WITHOUT ROWID;
CREATE TABLE silencios (
    id INTEGER PRIMARY KEY, hasta REAL NOT NULL, regla TEXT NOT NULL, cliente TEXT NOT NULL
);
CREATE TABLE ritmos (cliente TEXT PRIMARY KEY, datos BLOB NOT NULL) WITHOUT ROWID;
"""


class AlertStoreError(RuntimeError):
    """One sentence: what is the matter with the file."""


def hold(path: Path) -> IO[str]:
    """
    Let nobody else tell the same alerts again.

    Raises AlertStoreError, or NotAvailableError when the disk is full or read-only.
    """
    try:
        with ExitStack() as undo:
            lock = undo.enter_context(hold_file(path))
            make_private(path)
            undo.pop_all()
    except OSError as error:
        if may_recover(error):
            raise NotAvailableError(str(error)) from error
        raise AlertStoreError(f"{path}: {error.strerror}. Set AVISOS_STORE_PATH.") from error
    except FileInUseError as error:
        raise AlertStoreError(
            f"{error}: two would tell everything twice."
            " Stop that one first, or set AVISOS_STORE_PATH to another file."
        ) from None
    return lock


def connect(path: Path) -> sqlite3.Connection:
    """Raises AlertStoreError, or NotAvailableError when it is locked, full or read-only."""
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version={VERSION}; COMMIT;")
        elif version != VERSION:
            raise AlertStoreError(
                f"{path} is of version {version}, and this service knows {VERSION}"
            )
        write_nothing(db)
    except sqlite3.Error as error:
        db.close()
        if may_recover(error):
            raise NotAvailableError(str(error)) from error
        raise AlertStoreError(f"{path} can't be opened: {error}") from error
    except AlertStoreError:
        db.close()
        raise
    return db
