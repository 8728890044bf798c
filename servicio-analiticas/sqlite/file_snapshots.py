"""Reading history beside counting: a connection that sees the store as it was at one commit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from history.answer import answer
from history.query import HistoryQuery
from history.view import View
from sqlite.file_connection import FileConnection, connect
from storing.bookkeeping import Bookkeeping
from storing.ledger_row import identity
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """History as of one commit, in whatever thread. Only one may be pinned at a time."""

    db: FileConnection
    commit: dict[str, Any]
    view: View

    def answer(self, query: HistoryQuery | UsualQuery) -> dict[str, Any]:
        """Answer, once: this ends the snapshot. Raises BadQueryError and NotKeptError."""
        try:
            if isinstance(query, UsualQuery):
                return {**self.commit, **usual_answer(self.db, self.view, query)}
            return {**self.commit, **answer(self.db, self.view, query)}
        finally:
            self.db.execute("ROLLBACK")


class FileSnapshots:
    def __init__(self, path: Path, books: Bookkeeping) -> None:
        self._db, self._books = connect(path), books
        self.levels = books.history.levels

    def pin(self) -> FileSnapshot:
        """Call between two commits, in the store's thread."""
        self._db.execute("BEGIN")
        try:
            commit = identity(self._db)  # from here on it sees nothing later
            books = self._books
            view = books.history.view(books.log.unfolded(), books.clock.now())
            return FileSnapshot(self._db, commit, view)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._db.close()
