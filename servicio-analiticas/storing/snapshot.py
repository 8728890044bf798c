"""Reading history beside counting: a connection that sees the store as it was at one commit."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from history.answer import answer
from history.history import History
from history.query import HistoryQuery
from history.steady_clock import SteadyClock
from history.view import View
from storing.delta_log import DeltaLog
from storing.ledger_row import identity
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery


@dataclass(frozen=True, slots=True)
class HistorySnapshot:
    """History as of one commit, in whatever thread. Only one may be pinned at a time."""

    db: sqlite3.Connection
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


class HistorySnapshots:
    def __init__(self, path: Path, log: DeltaLog, history: History, clock: SteadyClock) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._log, self._history, self._clock = log, history, clock
        self.levels = history.levels

    def pin(self) -> HistorySnapshot:
        """Call between two commits, in the store's thread."""
        self._db.execute("BEGIN")
        try:
            commit = identity(self._db)  # from here on it sees nothing later
            view = self._history.view(self._log.unfolded(), self._clock.now())
            return HistorySnapshot(self._db, commit, view)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._db.close()
