"""Reading history beside counting: a connection that sees the store as it was at one commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storing.ledger_row import identity

Answer = dict[str, Any]


class HistorySnapshot:
    """Only one reading may be under way at a time, in whatever thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def pin(self, answer: Callable[[], Callable[[sqlite3.Connection], Answer]]) -> _Pinned:
        """*answer* is asked, at once and between two commits, for what reads."""
        self._db.execute("BEGIN")
        try:
            commit = identity(self._db)  # from here on it sees nothing later
            return _Pinned(self._db, commit, answer())
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._db.close()


class _Pinned:
    def __init__(
        self, db: sqlite3.Connection, commit: Answer, answer: Callable[[sqlite3.Connection], Answer]
    ) -> None:
        self._db, self._commit, self._answer = db, commit, answer

    def __call__(self) -> Answer:
        """Read, once. Raises BadQueryError and NotKeptError."""
        try:
            return {**self._commit, **self._answer(self._db)}
        finally:
            self._db.execute("ROLLBACK")
