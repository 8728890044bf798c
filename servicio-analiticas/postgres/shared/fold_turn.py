"""Whose turn it is to fold and to prune: one process's, as long as it comes back for it."""

from __future__ import annotations

from database.connection import Connection
from postgres.shared.ledger_mark import Mark

TURN_SECONDS = 5.0
TAKE = (
    "UPDATE libro SET turno = ?, turno_hasta = clock_timestamp() + ?::float8 * interval '1 second'"
)
RENEW_BELOW = 3.0  # seconds left
GIVE = "UPDATE libro SET turno_hasta = clock_timestamp() WHERE turno = ?"


class FoldTurn:
    """
    A note in the ledger's row, for some seconds, and no lock of the server.

    That would stay with a process that is frozen as long as its connection does.
    """

    def __init__(self, db: Connection, name: str) -> None:
        self._db, self._name = db, name
        self.may_be_ours = True

    def look(self, mark: Mark) -> None:
        self.may_be_ours = mark.turno == self._name or mark.turno_left <= 0

    def take(self, mark: Mark) -> bool:
        """Return whether it is ours. Call inside a transaction that holds the ledger's row."""
        if self.may_be_ours and (mark.turno != self._name or mark.turno_left < RENEW_BELOW):
            self._db.execute(TAKE, (self._name, TURN_SECONDS))
        return self.may_be_ours

    def give(self) -> None:
        """Let somebody else have it at once."""
        self._db.execute(GIVE, (self._name,))
