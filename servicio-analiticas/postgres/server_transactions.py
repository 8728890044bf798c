"""All or nothing, by turns: whoever writes holds the ledger's row, and knows what others wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from database.failures import StoreUnavailableError
from postgres.server_connection import ServerConnection
from postgres.shared.ledger_mark import LOCK, MARK, Mark

BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class InDoubtError(StoreUnavailableError):
    """Whether it was committed nobody knows: its answer was lost, or it came with a warning."""


class ServerTransactions:
    def __init__(self, db: ServerConnection, follow: Callable[[Mark], None]) -> None:
        """*follow* is called at the begin of each: memory may be of an earlier commit."""
        self._db, self._follow = db, follow

    @contextmanager
    def writing(self) -> Iterator[None]:
        """
        After all who began before.

        The row is locked by a statement of its own: what later ones see is as new as the lock,
        and what is seen by the one that waits for it would be older.
        """
        with self._begun("BEGIN", LOCK):
            yield
            self.commit()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """As of one commit."""
        with self._begun(BEGIN_READING, MARK):
            yield
            self._db.execute("COMMIT")

    @contextmanager
    def _begun(self, begin: str, mark: str) -> Iterator[None]:
        """Leave no transaction open, whatever is raised within."""
        self._db.execute(begin)
        try:
            self._follow(Mark(*self._db.execute(mark).fetchone()))
            yield
        except BaseException:
            if self._db.is_open:
                with suppress(StoreUnavailableError):
                    self._db.execute("ROLLBACK")
            raise

    def commit(self) -> None:
        """Raises InDoubtError. The host that left it open is tried last from then on."""
        try:
            ended = self._db.commit()
        except StoreUnavailableError as error:
            self._db.url.try_last(self._db.host)
            raise InDoubtError(str(error)) from error
        if self._db.warned:
            self._db.url.try_last(self._db.host)
            self._db.close()
            raise InDoubtError("PostgreSQL: COMMIT came with a warning: no standby may have it")
        if ended != "COMMIT":
            raise StoreUnavailableError(f"PostgreSQL: COMMIT did {ended}")
