from collections.abc import Iterator
from contextlib import closing

import pytest

from history.history import History
from sqlite.file_connection import FileConnection, connect
from sqlite.history_tables import HISTORY


@pytest.fixture(name="db")
def _db() -> Iterator[FileConnection]:
    """A database in memory with a history's tables."""
    with closing(connect(":memory:")) as db:
        db.executescript(HISTORY)
        yield db


@pytest.fixture(name="history")
def _history(db: FileConnection) -> History:
    return History(db)
