"""Reading history beside counting: a connection of its own that sees one commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from database.failures import StoreUnavailableError
from history.answer import answer
from history.history import History
from history.levels import Retention, levels
from history.query import HistoryQuery
from history.steady_clock import Moment
from postgres.server_connection import ServerConnection
from postgres.server_transactions import BEGIN_READING
from postgres.shared.shared_log import SharedLog
from storing.ledger_row import identity
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery

READ_SECONDS = 20.0


class ServerSnapshot(NamedTuple):
    """
    Everything is read from one snapshot: what is folded, the rows that are not, the ledger.

    Memory of counting has no part in it: it may be of another commit.
    """

    snapshots: ServerSnapshots
    now: Moment

    def answer(self, query: HistoryQuery | UsualQuery) -> dict[str, Any]:
        """Answer, once: this ends the snapshot. Raises BadQueryError and NotKeptError."""
        return self.snapshots.answer(query, self.now)


class ServerSnapshots:
    def __init__(
        self, writing: ServerConnection, now: Callable[[], Moment], kept: Retention
    ) -> None:
        """*writing*: the connection whose server may be believed, as long as it is open."""
        self._writing, self._now, self._kept = writing, now, kept
        self._db = ServerConnection(writing.url)
        self._of: object = None
        self.levels = levels(kept)

    def pin(self) -> ServerSnapshot:
        if not self._writing.is_open:
            raise StoreUnavailableError("PostgreSQL: not connected")
        return ServerSnapshot(self, self._now())

    def answer(self, query: HistoryQuery | UsualQuery, now: Moment) -> dict[str, Any]:
        db = self._connected()
        with db.patient(READ_SECONDS):
            db.execute(BEGIN_READING)
            try:
                commit = identity(db)
                pending = SharedLog(db, 0.0).unfolded()
                view = self._history.view(pending, now)
                if isinstance(query, UsualQuery):
                    return {**commit, **usual_answer(db, view, query)}
                return {**commit, **answer(db, view, query)}
            finally:
                if db.is_open:
                    db.execute("ROLLBACK")

    def _connected(self) -> ServerConnection:
        """A connection to the server that counts, made after that one: see ServerWriter."""
        if not self._db.is_open or self._of is not self._writing.session:
            self._db.close()
            self._of = self._writing.session
            self._db.connect(only=self._writing.host)
            self._history = History(self._db, self._kept)
        return self._db

    def close(self) -> None:
        self._db.retire()
