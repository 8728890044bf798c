"""
The other processes that count into the same PostgreSQL: heard of at each commit.

A thread with a connection of its own waits for what commits say (NOTIFY), and tells the others
once a second how this process is. It holds a lock there, which the server lets go when the process
dies. Who is frozen keeps it, and says nothing for 5 s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from counting.totals import News
from database.failures import CommitFailedError, StoreUnavailableError, UnusableStoreError
from postgres.server_connection import ServerConnection
from postgres.shared.memory import SharedMemory

FAILURES = (StoreUnavailableError, CommitFailedError, UnusableStoreError)
TELL_SECONDS = 1.0
SILENT_SECONDS = 5.0  # after which nobody is taken to be as he was
LEAVE_SECONDS = 1.0  # that a server may take to hear of our end
HEAR_SECONDS = 0.2  # in which a stop is noticed, and that there is something to be told soon
# How somebody is matters now; nothing is lost with it.
HASTY = b"SET synchronous_commit = off"
LISTEN = "LISTEN pulso_{}"
CHANNEL = "SELECT 'libro'::regclass::oid::bigint"
TELL = """INSERT INTO instancias VALUES (?, clock_timestamp(), ?)
    ON CONFLICT (nombre) DO UPDATE SET visto = excluded.visto, estado = excluded.estado"""
PRESENT = 1886743664  # the class of these locks, beside that of who counts (server_writer.py)
# Shared, since a session that is cut off keeps its own for a while.
BE_PRESENT = f"SELECT pg_advisory_lock_shared({PRESENT}, hashtext(?))"
TOLD = f"""SELECT estado FROM instancias
    WHERE nombre <> ? AND visto > clock_timestamp() - interval '{SILENT_SECONDS} seconds'
    AND hashtext(nombre)::oid IN (SELECT objid FROM pg_locks
        WHERE locktype = 'advisory' AND classid = {PRESENT} AND granted)
    ORDER BY nombre"""  # noqa: S608 - a number of our own
LEAVE = "DELETE FROM instancias WHERE nombre = ? OR visto < clock_timestamp() - interval '1 hour'"


class Neighbours:
    """`told`, `tell` and `news` may be used from any thread, `look` from the store's."""

    def __init__(
        self, writing: ServerConnection, name: str, memory: SharedMemory, look: Callable[[], None]
    ) -> None:
        """*writing*: the connection whose server may be believed, as long as it is open."""
        self._writing, self._name, self._memory = writing, name, memory
        self.look = look
        self._told: Sequence[bytes] = ()
        self._told_at = float("-inf")
        self._state, self._pause = b"", TELL_SECONDS
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def told(self) -> Sequence[bytes]:
        """How the others are; nothing once the server has not answered for SILENT_SECONDS."""
        return self._told if time.monotonic() - self._told_at < SILENT_SECONDS else ()

    def news(self) -> Iterator[News]:
        return self._memory.news()

    def tell(self, state: bytes, soon: bool) -> None:
        """How this process is, for the others; *soon*: they, and what they tell, can't wait."""
        self._state, self._pause = state, HEAR_SECONDS if soon else TELL_SECONDS

    def listen(self, heard: Callable[[], None]) -> None:
        """Call *heard*, from a thread of its own, whenever others have committed something."""
        self._thread = threading.Thread(
            target=self._run, args=(heard,), name="store-neighbours", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        if self._thread:
            self._thread.join()

    def _run(self, heard: Callable[[], None]) -> None:
        db, session = ServerConnection(self._writing.url), None
        try:
            while not self._closed.is_set():
                try:
                    if session is not self._writing.session or not db.is_open:
                        db.close()
                        session = self._writing.session
                        self._connect(db)
                    self._tell(db)
                    self._hear(db, heard)
                except FAILURES:  # whoever writes tells of them
                    self._told = ()
                    self._closed.wait(TELL_SECONDS)
            self._leave(db)
        finally:
            db.retire()

    def _connect(self, db: ServerConnection) -> None:
        if not self._writing.is_open:
            raise StoreUnavailableError("PostgreSQL: not connected")
        db.connect(only=self._writing.host)
        db.run(HASTY)
        db.execute(BE_PRESENT, (self._name,))
        db.run(LISTEN.format(*db.execute(CHANNEL).fetchone()).encode())

    def _tell(self, db: ServerConnection) -> None:
        if self._state:
            db.execute(TELL, (self._name, self._state))
        self._told = [state for (state,) in db.execute(TOLD, (self._name,))]
        self._told_at = time.monotonic()

    def _hear(self, db: ServerConnection, heard: Callable[[], None]) -> None:
        """Until it is time to tell again."""
        began = time.monotonic()
        while (left := began + self._pause - time.monotonic()) > 0 and not self._closed.is_set():
            if any(name != self._name for name in db.notified(min(left, HEAR_SECONDS))):
                heard()

    def _leave(self, db: ServerConnection) -> None:
        if db.is_open:
            with (
                suppress(*FAILURES),
                db.patient(LEAVE_SECONDS),
            ):
                db.execute(LEAVE, (self._name,))
