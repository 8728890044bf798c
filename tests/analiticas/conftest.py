import sqlite3
from contextlib import closing

import pytest

from history.history import TABLES, History


@pytest.fixture(name="db")
def _db():
    """A database in memory with a history's tables."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(TABLES)
        yield db


@pytest.fixture(name="history")
def _history(db):
    return History(db)
