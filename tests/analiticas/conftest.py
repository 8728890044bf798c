import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from history.history import TABLES, History


@pytest.fixture(name="db")
def _db() -> Iterator[sqlite3.Connection]:
    """A database in memory with a history's tables."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(TABLES)
        yield db


@pytest.fixture(name="history")
def _history(db: sqlite3.Connection) -> History:
    return History(db)
