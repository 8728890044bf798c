"""What only a store in a file does."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from database.failures import StoreInUseError, StoreUnavailableError, UnusableStoreError
from sqlite.file_store import FileStore, open_store
from storing import delta_log
from tests.analiticas.test_delta_log import expected, fold_all, tables
from tests.analiticas.test_delta_log import message as numbered
from tests.analiticas.test_store import WINDOW, message
from tests.store_places import SQLITE, Place


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "pulso.db"


@pytest.fixture(name="store")
def _store(path: Path) -> Iterator[FileStore]:
    with closing(open_store(path, WINDOW)) as store:
        yield store


def test_locked_file_changes_nothing(path: Path, store: FileStore) -> None:
    """While another program locks the file nothing is counted, and afterwards all is."""
    before = store.load()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailableError, match="locked"):
        store.apply([message("a", "1")])
    other.execute("ROLLBACK")
    other.close()

    assert store.load() == before
    store.apply([message("a", "1")])
    assert store.load().clientes == {"a": 1}


def test_full_disk_changes_nothing(store: FileStore) -> None:
    """A batch that does not fit is rolled back whole, and fits once there is room."""
    before = store.load()
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    batch = [message(f"cliente {n}", f"id {n}") for n in range(3000)]

    with pytest.raises(StoreUnavailableError, match="full"):
        store.apply(batch)
    assert store.load() == before

    store._db.execute("PRAGMA max_page_count = 1000000")
    store.apply(batch)
    assert store.load().eventos_contados == 3000


def test_foreign_file_is_refused(path: Path) -> None:
    """A file that is no store of ours is refused and left as it is."""
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(UnusableStoreError):
        open_store(path, WINDOW)

    assert path.read_bytes() == b"not a database" * 100


def test_a_step_that_fails_is_done_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice that could not be written is folded once, later."""
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    store = open_store(path, WINDOW)
    store.apply([numbered(0)])
    before = store.load()
    store._db.execute("PRAGMA query_only = 1")
    for call in (store.tend, lambda: store.apply([numbered(1)])):
        with pytest.raises(StoreUnavailableError, match="readonly"):
            call()
    assert store.load() == before

    store._db.execute("PRAGMA query_only = 0")
    store.apply([numbered(1)])
    fold_all(store)
    store.close()
    assert tables(Place(SQLITE, str(path))) == expected(range(2))


def test_second_writer_is_refused(path: Path, store: FileStore) -> None:
    """A second process on the same store is refused, and told who holds it."""
    script = (
        "import sys; from pathlib import Path; from sqlite.file_store import *;"
        "open_store(Path(sys.argv[1]), IdWindow(60, 1000))"
    )
    words = [sys.executable, "-c", script, str(path)]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}

    second = subprocess.run(words, env=paths, capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert re.search(r"is in use by (a )?process", second.stderr)


def test_lock_is_free_after_close(path: Path, store: FileStore) -> None:
    """Closing the store lets another open it, and while it is open none can."""
    with pytest.raises(StoreInUseError):
        open_store(path, WINDOW)
    store.close()

    open_store(path, WINDOW).close()
