from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from database.connection import Connection
from history.history import History
from postgres import server_tables
from postgres.server_connection import ServerConnection
from postgres.server_url import ServerUrl
from sqlite.file_connection import FileConnection, connect
from sqlite.history_tables import HISTORY
from tests.postgres_stack import Postgres
from tests.store_places import KINDS, POSTGRES, SQLITE, Place

NUMBERS = count()


@pytest.fixture(name="place", params=KINDS)
def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where no store is yet, in each database in turn."""
    if request.param == SQLITE:
        return Place(SQLITE, str(tmp_path / "pulso.db"))
    server: Postgres = request.getfixturevalue("postgres")
    return Place(request.param, server.fresh())


@pytest.fixture(scope="session")
def server_connection(postgres: Postgres) -> Iterator[ServerConnection]:
    """One for all tests of a session, which need a schema of their own each."""
    db = ServerConnection(ServerUrl(postgres.url()))
    db.connect()
    yield db
    db.retire()


@pytest.fixture(name="db", params=KINDS)
def _db(request: pytest.FixtureRequest) -> Connection:
    """A database with a history's tables, of each kind in turn."""
    name = {SQLITE: "file_db", POSTGRES: "server_db"}[request.param]
    db: Connection = request.getfixturevalue(name)
    return db


@pytest.fixture
def file_db() -> Iterator[FileConnection]:
    """In memory."""
    with closing(connect(":memory:")) as db:
        db.executescript(HISTORY)
        yield db


@pytest.fixture
def fresh_history(server_connection: ServerConnection) -> Callable[[], ServerConnection]:
    """A history's tables in a new schema, each time; earlier ones are out of sight."""

    def fresh() -> ServerConnection:
        schema = f"historia_{next(NUMBERS)}"
        make = f"CREATE SCHEMA {schema}; SET search_path = {schema}; {server_tables.HISTORY}"
        server_connection.run(make.encode())
        return server_connection

    return fresh


@pytest.fixture
def server_db(fresh_history: Callable[[], ServerConnection]) -> ServerConnection:
    return fresh_history()


@pytest.fixture(name="history")
def _history(db: Connection) -> History:
    return History(db)
