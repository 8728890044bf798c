"""SQLite files that can't be written for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.immutable_files import immutable
from tests.faults.small_disk import fill

Fault = Callable[[Path], AbstractContextManager[object]]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes into it for long."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield
        db.execute("ROLLBACK")


@contextmanager
def full(path: Path) -> Iterator[None]:
    filler = path.with_name("filler")
    fill(filler)
    yield
    filler.unlink()


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    with immutable([path]) as made:
        if not made:
            pytest.skip("only root can make a file immutable, and not on every disk")
        yield
