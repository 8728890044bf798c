"""What a person does with a store in PostgreSQL, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aside import rejections
from postgres.preparing import prepare
from postgres.server_connection import ServerConnection
from postgres.server_transactions import ServerTransactions
from postgres.server_url import ServerUrl
from postgres.server_writer import ServerWriter
from storing import resetting
from storing.moving import NUMBERED

MOVE_SECONDS = 120.0  # that a statement may take
NEXT_NUMBER = """SELECT setval(pg_get_serial_sequence(?, 'n'),
    (SELECT coalesce(max(n), 0) + 1 FROM {}), false)"""

DROP_FOLDED = """DELETE FROM deltas USING libro
    WHERE deltas.version <= CASE WHEN hasta IS NULL THEN sellado ELSE plegado END"""


def prepare_store(url: ServerUrl) -> None:
    """Create the tables if there are none. Raises what `prepare` raises."""
    with _connection(url) as db:
        prepare(db)


def reset(url: ServerUrl) -> str:
    """Set all counts to zero and return the new epoca. Raises what `held` raises."""
    with held(url) as db:
        db.execute("UPDATE libro SET plegado = 0, olvidado = 0")
        return resetting.reset(db)


@contextmanager
def held(url: ServerUrl) -> Iterator[ServerConnection]:
    """
    A connection in a transaction, which is committed at the end, while no service uses the store.

    Its tables are made if there are none. Raises StoreInUseError, and what `prepare` raises.
    """
    with _connection(url) as db:
        prepare(db)
        writer = ServerWriter(db, lambda _: None, alone=True)
        writer.connect()
        with db.patient(MOVE_SECONDS), writer.one():
            yield db


@contextmanager
def leaving(url: ServerUrl) -> Iterator[ServerConnection]:
    """The same, for a store that knows nothing of rows that stay when they are folded."""
    with held(url) as db:
        db.execute(DROP_FOLDED)
        yield db


@contextmanager
def receiving(url: ServerUrl) -> Iterator[ServerConnection]:
    """The same, for rows that bring numbers with them: later ones follow these."""
    with held(url) as db:
        yield db
        for table in NUMBERED:
            db.execute(NEXT_NUMBER.format(table), (table,))


def read_rejections(url: ServerUrl, limit: int) -> dict[str, Any]:
    """What `GET /reporte/rechazados` tells, while the service runs or not."""
    with _connection(url) as db:
        db.connect()
        with ServerTransactions(db, lambda _: None).reading():
            return rejections.read(db, limit)


@contextmanager
def _connection(url: ServerUrl) -> Iterator[ServerConnection]:
    db = ServerConnection(url)
    try:
        yield db
    finally:
        db.retire()
