"""One connection to PostgreSQL, made anew when it was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import msgspec
import psycopg
from psycopg.types.numeric import Int8Dumper

from database.connection import Loose, Rows
from database.failures import StoreUnavailableError
from postgres.server_errors import meaning
from postgres.server_url import Host, ServerUrl
from postgres.watchdog import Watchdog

CALL_SECONDS = 10.0  # that any statement may take, COMMIT too
SESSION = b"""
SET synchronous_commit = on;
SET default_transaction_isolation = 'read committed';
SET lock_timeout = '5s';
SET statement_timeout = '150s';
SET idle_in_transaction_session_timeout = '8s';
SET client_min_messages = warning
"""
"""
Whatever role and database say. A process that is frozen in a transaction holds others up no
longer than that; COMMIT is bounded by us alone (watchdog.py).
"""


class ServerConnection:
    """
    Takes statements as a store's parts write them. Not connected until `connect`.

    Any error ends the connection: what it holds is rolled back. Every call raises
    StoreUnavailableError while there is none, and what `meaning` says of errors.
    """

    def __init__(self, url: ServerUrl) -> None:
        self.url = url
        self.warned = False  # by the server, during the last `commit`
        self._watchdog = Watchdog()
        self._limit = CALL_SECONDS
        self._db: psycopg.Connection[Any] | None = None
        self.session: object = None
        """Another one after each `connect`."""

    @property
    def is_open(self) -> bool:
        return self._db is not None and not self._db.closed

    @property
    def host(self) -> Host:
        """The server that it is, or was, connected with."""
        return self._host

    def connect(self, only: Host | None = None) -> None:
        try:
            db = psycopg.connect(self.url.conninfo(only), autocommit=True)
        except psycopg.Error as error:
            raise meaning(error) from error
        self._host = (db.info.host, str(db.info.port))
        # A statement is prepared once for all numbers, not once for each size of them.
        db.adapters.register_dumper(int, Int8Dumper)
        db.add_notice_handler(self._note)
        self._db, self.session = db, object()
        self.run(SESSION)

    def close(self) -> None:
        """End the connection; `connect` may be called again."""
        if self._db is not None:
            with suppress(psycopg.Error):
                self._db.close()
            self._db = None

    def retire(self) -> None:
        self.close()
        self._watchdog.close()

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Let each statement within take longer."""
        self._limit = seconds
        try:
            yield
        finally:
            self._limit = CALL_SECONDS

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        with self._calling() as db:
            return db.execute(_marked(statement), values, binary=True)

    def commit(self) -> str | None:
        """Return what became of the transaction; `warned` says whether that was doubtful."""
        with self._calling() as db:
            self.warned = False
            return db.execute(b"COMMIT", prepare=False).statusmessage

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        with self._calling() as db, db.cursor() as cursor:
            cursor.executemany(_marked(statement), rows)

    def among(self, statement: str, keys: Sequence[Any], /) -> Rows:
        return self.execute(statement.format("= ANY(?)"), (list(keys),))

    def notified(self, seconds: float) -> list[str]:
        """What was told to those who LISTEN; empty when nothing was within *seconds*."""
        with self._calling() as db:
            return [each.payload for each in db.notifies(timeout=seconds, stop_after=1)]

    def run(self, script: bytes) -> None:
        """Statements without values, in one go."""
        with self._calling() as db:
            db.execute(script)

    def packed(self, value: Loose, /) -> bytes | None:
        """PostgreSQL's text takes no NUL; this takes anything, and tells text from bytes."""
        if isinstance(value, str):
            value = "".join(value)  # of a str, not of what derives from it
        return None if value is None else msgspec.msgpack.encode(value)

    def unpacked(self, stored: bytes | None, /) -> Loose:
        value: Loose = None if stored is None else msgspec.msgpack.decode(stored)
        return value

    @contextmanager
    def _calling(self) -> Iterator[psycopg.Connection[Any]]:
        db = self._db
        if db is None or db.closed:
            raise StoreUnavailableError(f"PostgreSQL: not connected with {self.url}")
        try:
            with self._watchdog.watching(db.fileno(), self._limit):
                yield db
        except psycopg.Error as error:
            self.close()
            if self._watchdog.bit:  # what libpq says is that the server closed the connection
                silent = f"PostgreSQL: no answer from {self.url} within {self._limit:.0f} s"
                raise StoreUnavailableError(silent) from error
            raise meaning(error) from error

    def _note(self, told: psycopg.errors.Diagnostic) -> None:
        self.warned = self.warned or told.severity_nonlocalized == "WARNING"


@lru_cache(maxsize=1000)
def _marked(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()
