"""All or nothing, and told apart by what a failure leaves behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from database.failures import CommitFailedError, StoreUnavailableError
from sqlite.writable import check_writable

T = TypeVar("T")


class FileTransactions:
    """Of the only connection that writes. What they wrote is on the disk when they end."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._files = db, (path, path.with_name(f"{path.name}-wal"))

    @contextmanager
    def one(self) -> Iterator[None]:
        """
        Whatever is raised within leaves the store as it was; memory must change afterwards only.

        Raises StoreUnavailableError (try again later) or CommitFailedError (give up).
        """
        self._begin()
        try:
            yield
        except sqlite3.Error as error:
            self._roll_back()
            raise StoreUnavailableError(str(error)) from error
        except BaseException:
            self._roll_back()
            raise
        self.commit()

    def once(self, task: str, given: object, work: Callable[[], T]) -> T:
        """No answer is lost here: what COMMIT did is known, or the process ends."""
        with self.one():
            return work()

    def commit(self) -> None:
        """Never tried again on this connection."""
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise CommitFailedError(str(error)) from error

    def _begin(self) -> None:
        check_writable(*self._files)
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
