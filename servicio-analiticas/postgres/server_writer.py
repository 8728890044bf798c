"""
This process as the one that writes: each batch once, also when the answer to a COMMIT is lost.

Such a batch runs again as a new transaction, and its number says whether it is there already.
Then nothing is counted, yet something is written: a COMMIT that returned is on a standby with all
before it, while what is only read may be on a primary that is cut off, and gone tomorrow.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from database.failures import CommitFailedError, StoreInUseError, StoreUnavailableError
from postgres.server_connection import ServerConnection
from postgres.server_transactions import Mark, ServerTransactions
from storing.resetting import start_new_epoca

HANDOVER_SECONDS = 5.0  # in which a server notices that a process before us is gone
LOCK_CLASS = 1886743663  # "pulso", so to say, among the advisory locks of a database
TRY_TO_BE_ALONE = f"SELECT pg_try_advisory_lock({LOCK_CLASS}, 'libro'::regclass::oid::integer)"
HOLDER = f"""SELECT coalesce(host(client_addr), 'its own machine'), pid FROM pg_stat_activity
    JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND classid = {LOCK_CLASS}
    AND objid = 'libro'::regclass::oid AND granted"""  # noqa: S608 - a number of our own
FORGET_OLD = "DELETE FROM escritores WHERE visto < now() - interval '30 days'"
NOTE = """INSERT INTO escritores VALUES (?, ?, ?, now())
    ON CONFLICT (escritor, tarea) DO UPDATE SET lote = excluded.lote, visto = now()"""
NOTED = "SELECT lote FROM escritores WHERE escritor = ? AND tarea = ?"
PRESENCE = "presencia"
T = TypeVar("T")


class Attempt(NamedTuple):
    """Something that may have been committed."""

    given: object
    number: int
    result: Any
    version: int  # of the ledger, if it was


class ServerWriter:
    """`one` and `once` connect when there is no connection; reading does not."""

    def __init__(self, db: ServerConnection, follow: Callable[[Mark], None]) -> None:
        """*follow* brings memory to a mark, inside the transaction that sees it."""
        self._db, self._follow = db, follow
        self._transactions = ServerTransactions(db, self._see)
        self._name = uuid.uuid4().hex
        self._confirmed: tuple[str, int] | None = None  # epoca and version that certainly stay
        self._seen = ("", 0)
        self._numbers: Counter[str] = Counter()
        self._doubts: dict[str, Attempt] = {}
        self.reading = self._transactions.reading

    @contextmanager
    def one(self) -> Iterator[None]:
        if not self._db.is_open:
            self.connect()
        with self._transactions.writing():
            yield
        self._confirmed = self._seen

    def once(self, task: str, given: object, work: Callable[[], T]) -> T:
        """
        Do *work* in a transaction, and return what it returns.

        When it is in doubt whether that was committed, call again with the same object *given*:
        its work is done if it was not, and its result is that of the first time if it was.
        """
        doubt = self._doubts.get(task)
        if doubt is None:
            self._numbers[task] += 1
        elif doubt.given is not given:
            raise CommitFailedError("a COMMIT in doubt was given up: a new start reads what it did")
        number = self._numbers[task]
        with self.one():
            is_there = doubt is not None and self._noted(task) == number
            result: T = doubt.result if doubt and is_there else work()
            self._db.execute(NOTE, (self._name, task, number))
            self._doubts[task] = Attempt(given, number, result, self._seen[1])
        del self._doubts[task]
        return result

    def counted(self, version: int) -> None:
        """Tell of a new version within the transaction that makes it."""
        self._seen = self._seen[0], version

    def connect(self) -> None:
        """Nothing is read before something was written: what a server shows, others may lack."""
        self._db.connect()
        try:
            self._be_alone()
            with self._transactions.writing():
                self._db.execute(FORGET_OLD)
                self._db.execute(NOTE, (self._name, PRESENCE, 0))
            self._check_nothing_is_lost()
        except BaseException:
            self._db.close()
            raise
        self._confirmed = self._seen

    def _be_alone(self) -> None:
        until = time.monotonic() + HANDOVER_SECONDS
        while not self._db.execute(TRY_TO_BE_ALONE).fetchone()[0]:
            if time.monotonic() > until:
                raise self._in_use()
            time.sleep(0.05)

    def _in_use(self) -> StoreInUseError | StoreUnavailableError:
        address, pid = self._db.execute(HOLDER).fetchone() or ("?", "?")
        text = f"{self._db.url} is in use by a process on {address} (server process {pid})"
        if self._confirmed:
            return StoreUnavailableError(text)  # maybe by our own connection from before
        return StoreInUseError(f"{text}. Stop that one first, or set STORE_URL to another store.")

    def _see(self, mark: Mark) -> None:
        self._seen = mark.epoca, mark.version
        self._follow(mark)

    def _check_nothing_is_lost(self) -> None:
        """Raises CommitFailedError when the store is not the one that this process has counted."""
        if self._confirmed is None:
            return
        (epoca, version), (known_epoca, known) = self._seen, self._confirmed
        if epoca == known_epoca and version < known:
            with self._transactions.writing():
                start_new_epoca(self._db)
            raise CommitFailedError(
                f"{self._db.url} went back from version {known} to {version}: commits that it had"
                " taken are lost with a server, and so is what they counted. A new epoca begins."
                " docs/operations.md says how a standby keeps that from happening"
            )
        if epoca != known_epoca or version != max(known, self._doubted_version()):
            raise CommitFailedError(
                f"{self._db.url} was changed by others meanwhile: a new start reads it anew"
            )

    def _doubted_version(self) -> int:
        """The latest that turns out to be ours, of those that were in doubt."""
        doubts = self._doubts.items()
        return max((d.version for task, d in doubts if self._noted(task) == d.number), default=0)

    def _noted(self, task: str) -> int | None:
        row = self._db.execute(NOTED, (self._name, task)).fetchone()
        return row and int(row[0])
