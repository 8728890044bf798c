"""
This process as one that writes: each batch once, also when the answer to a COMMIT is lost.

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
from postgres.server_transactions import ServerTransactions
from postgres.shared.ledger_mark import Mark
from storing.resetting import start_new_epoca

HANDOVER_SECONDS = 5.0  # in which a server notices that a process before us is gone
LOCK_CLASS = 1886743663  # "pulso", so to say, among the advisory locks of a database
LOCK_KEY = f"{LOCK_CLASS}, 'libro'::regclass::oid::integer"
TO_COUNT = f"SELECT pg_try_advisory_lock_shared({LOCK_KEY})"
TO_BE_ALONE = f"SELECT pg_try_advisory_lock({LOCK_KEY})"
HOLDER = f"""SELECT coalesce(host(client_addr), 'its own machine'), pid FROM pg_stat_activity
    JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND classid = {LOCK_CLASS}
    AND objid = 'libro'::regclass::oid AND granted"""  # noqa: S608 - a number of our own
FORGET_OLD = """DELETE FROM escritores WHERE visto < now() - interval '30 days'
    AND escritor NOT IN (SELECT nombre FROM instancias)"""
NOTE = """INSERT INTO escritores VALUES (?, ?, ?, now())
    ON CONFLICT (escritor, tarea) DO UPDATE SET lote = excluded.lote, visto = now()"""
# Heard by the others at the commit (neighbours.py)
NOTE_AND_TELL = f"""WITH anotado AS ({NOTE})
    SELECT pg_notify('pulso_' || tableoid, ?) FROM libro"""  # noqa: S608 - our own
NOTED = "SELECT lote FROM escritores WHERE escritor = ? AND tarea = ?"
PRESENCE = "presencia"
T = TypeVar("T")


class Attempt(NamedTuple):
    """Something that may have been committed."""

    given: object
    number: int
    result: Any


class ServerWriter:
    """`one` and `once` connect when there is no connection; reading does not."""

    def __init__(
        self,
        db: ServerConnection,
        follow: Callable[[Mark], None],
        known: Callable[[], tuple[str, int] | None] = lambda: None,
        alone: bool = False,
    ) -> None:
        """
        *follow* brings memory to a mark, inside the transaction that sees it; *known* tells of
        which epoca and version memory is. *alone*: while nobody else counts.
        """
        self._db, self._follow, self._known, self._alone = db, follow, known, alone
        self._transactions = ServerTransactions(db, self._see)
        self.name = uuid.uuid4().hex
        self._session: object = None  # whose server lacks nothing, and has a standby's word
        self._numbers: Counter[str] = Counter()
        self._done: Counter[str] = Counter()  # the number that was certainly committed last
        self._doubts: dict[str, Attempt] = {}
        self.was_there = False
        """Whether what `once` did last had been done, and memory follows the tables in that."""
        self.reading = self._transactions.reading

    @contextmanager
    def one(self) -> Iterator[None]:
        if not self._db.is_open:
            self.connect()
        with self._transactions.writing():
            yield

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
            self._db.execute(NOTE_AND_TELL, (self.name, task, number, self.name))
            self._doubts[task] = Attempt(given, number, result)
        del self._doubts[task]
        self._done[task], self.was_there = number, is_there
        return result

    def connect(self) -> None:
        """
        Memory follows nothing before something was written: what a server shows, others may lack.
        """
        self._db.connect()
        try:
            self._hold()
            with self._transactions.writing():
                self._db.execute(FORGET_OLD)
                self._db.execute(NOTE, (self.name, PRESENCE, 0))
            self._session = self._db.session
            with self.reading():
                pass
        except BaseException:
            self._db.close()
            raise

    def _hold(self) -> None:
        until = time.monotonic() + HANDOVER_SECONDS
        query = TO_BE_ALONE if self._alone else TO_COUNT
        while not self._db.execute(query).fetchone()[0]:
            if time.monotonic() > until:
                raise self._in_use()
            time.sleep(0.05)

    def _in_use(self) -> StoreInUseError | StoreUnavailableError:
        address, pid = self._db.execute(HOLDER).fetchone() or ("?", "?")
        text = f"{self._db.url} is in use by a process on {address} (server process {pid})"
        if self._known():
            return StoreUnavailableError(text)  # somebody works on it by hand
        return StoreInUseError(f"{text}. Stop that one first, or set STORE_URL to another store.")

    def _see(self, mark: Mark) -> None:
        if self._session is self._db.session:
            self._follow(mark)
        else:
            self._check_nothing_is_lost(mark)

    def _check_nothing_is_lost(self, mark: Mark) -> None:
        """Raises CommitFailedError when the store lacks what was committed or shown."""
        epoca, version = self._known() or (None, 0)
        if epoca != mark.epoca or (version <= mark.version and not self._lacks_ours()):
            return
        start_new_epoca(self._db)
        self._transactions.commit()
        raise CommitFailedError(
            f"{self._db.url} went back from version {version} to {mark.version}: commits that it"
            " had taken are lost with a server, and so is what they counted. A new epoca begins."
            " docs/operations.md says how a standby keeps that from happening"
        )

    def _lacks_ours(self) -> bool:
        return any((self._noted(task) or 0) < number for task, number in self._done.items())

    def _noted(self, task: str) -> int | None:
        row = self._db.execute(NOTED, (self.name, task)).fetchone()
        return row and int(row[0])
