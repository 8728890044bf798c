"""A connection to the file, with what a store's parts need beside Python's own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comun.files.unwritable_file import may_recover
from database.connection import Loose
from database.failures import StoreUnavailableError, UnusableStoreError


class FileConnection(sqlite3.Connection):
    """Each transaction is begun and ended by a statement of its own."""

    def among(self, statement: str, keys: Sequence[Any], /) -> sqlite3.Cursor:
        # One value, however many keys: so the statement stays prepared, and has no limit.
        query = statement.format("IN (SELECT value FROM json_each(?))")
        return self.execute(query, (json.dumps(keys),))

    def packed(self, value: Loose, /) -> Loose:
        return value

    def unpacked(self, stored: Loose, /) -> Loose:
        return stored


def connect(path: str | Path, *, timeout: float = 5.0) -> FileConnection:
    return sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=timeout,
        factory=FileConnection,
    )


@contextmanager
def opening() -> Iterator[None]:
    """
    Raises StoreUnavailableError when it is locked, full or read-only.

    Else UnusableStoreError for whatever SQLite does not like, and OSError.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if may_recover(error):
            raise StoreUnavailableError(str(error)) from error
        if isinstance(error, OSError):
            raise
        raise UnusableStoreError(str(error)) from error


@contextmanager
def reading() -> Iterator[None]:
    """Raises StoreUnavailableError when the file can't be read now."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailableError(str(error)) from error
