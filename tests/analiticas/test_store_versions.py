"""Stores that earlier versions of this program wrote."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from almacen import run
from analytics_settings import Settings
from counting.totals import IdWindow
from database.failures import UnusableStoreError
from decoding.message import Message
from sqlite.file_store import open_store

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)


def at(path: Path) -> Settings:
    return Settings(store_path=str(path))


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "pulso.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(OLD_STORE)
    return path


def test_an_old_store_is_migrated(path: Path) -> None:
    """A store of the first version keeps its epoca, counts and ids."""
    store = open_store(path, WINDOW)

    totals = store.load()
    copy = store.apply([Message(1, b'{"cliente":"a"}', "vieja")])
    new = store.apply([Message(1, b'{"cliente":"a"}', "nueva")])
    totals.add(copy)
    totals.add(new)
    while store.tend():
        pass

    assert totals == store.load()
    assert (totals.epoca, totals.version, totals.clientes.names) == ("la_vieja", 9, 2)
    assert totals.clientes == {"a": 6, "b": 2}
    assert totals.eventos == {"evento": 8}
    assert totals.window.rows == 2
    store.close()


def test_an_old_copy_is_restored(path: Path, tmp_path: Path) -> None:
    """A copy that an earlier version made can be put back, and is migrated when it is opened."""
    run("restaurar", at(tmp_path / "nuevo.db"), path)

    store = open_store(tmp_path / "nuevo.db", WINDOW)
    assert store.load().clientes == {"a": 5, "b": 2}
    store.close()


def test_an_old_store_is_reset(path: Path) -> None:
    """An old store can be set to zero without being counted into first."""
    run("reiniciar", at(path))

    store = open_store(path, WINDOW)
    assert not store.load().clientes
    assert not store.apply([Message(1, b'{"cliente":"a"}', "vieja")]).counted.clientes
    store.close()


def test_a_later_store_is_refused(path: Path) -> None:
    """A store of a version that is not known yet is left as it is."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(UnusableStoreError, match="schema 99"):
        open_store(path, WINDOW)


OLD_STORE = """
CREATE TABLE libro (fila INTEGER PRIMARY KEY CHECK (fila = 1), epoca TEXT NOT NULL,
    version INTEGER NOT NULL, generado REAL NOT NULL, contados INTEGER NOT NULL,
    duplicados INTEGER NOT NULL, conflictos INTEGER NOT NULL, rechazados INTEGER NOT NULL,
    sin_id INTEGER NOT NULL, eventos_contados INTEGER NOT NULL, reloj REAL NOT NULL) STRICT;
CREATE TABLE clientes (cliente TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE eventos (evento TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ids (n INTEGER PRIMARY KEY, id ANY NOT NULL, cuerpo INTEGER NOT NULL,
    suerte INTEGER NOT NULL, reloj REAL NOT NULL, UNIQUE (id, cuerpo)) STRICT;
CREATE TABLE motivos (motivo TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE muestras (n INTEGER PRIMARY KEY, momento REAL NOT NULL, motivo TEXT NOT NULL,
    cuerpo TEXT NOT NULL, bytes INTEGER NOT NULL, cliente TEXT, message_id TEXT) STRICT;
INSERT INTO libro VALUES (1, 'la_vieja', 7, 1795503600, 7, 0, 0, 0, 0, 7, 60);
INSERT INTO clientes VALUES ('a', 5), ('b', 2);
INSERT INTO eventos VALUES ('evento', 7);
INSERT INTO ids VALUES (1, 'vieja', 248776664717910035, 0, 1);
PRAGMA user_version = 1;
"""
