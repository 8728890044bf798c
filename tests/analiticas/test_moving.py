"""From the file into PostgreSQL, and back."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from almacen import run
from analytics_settings import Settings
from database.failures import StoreInUseError, UnusableStoreError
from decoding.message import Message
from decoding.undecoded_text import UndecodedText
from history.query import HistoryQuery
from postgres import server_writer
from store_choice import open_store
from storing import delta_log, moving
from storing.store import Store
from tests.postgres_stack import Postgres

NOW = int(time.time())
KNOWN = [
    Message(1, json.dumps({"cliente": "a", "evento": "x", "timestamp": NOW}).encode(), "uno"),
    Message(2, b'{"cliente":"a"}', "018fd1a0-0000-7000-8000-000000000001"),
    Message(3, b'{"cliente":"a"}', UndecodedText(b"\xff")),
    Message(4, b"\x00malo", "\x00malo", deaths=True),
    Message(5, b'{"cliente":"b"}', "uno"),
]


@pytest.fixture(name="settings")
def _settings(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(moving, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 1)
    monkeypatch.setattr(server_writer, "HANDOVER_SECONDS", 0)
    return Settings(store_path=str(tmp_path / "pulso.db"), store_url=postgres.fresh())


def in_file(settings: Settings) -> Settings:
    return Settings(store_path=settings.store_path)


def fill(store: Store) -> None:
    """With something in each table, and folding half way."""
    store.apply(KNOWN)
    ahead = {"cliente": "futuro", "timestamp": NOW + 7200}
    store.apply([Message(6, json.dumps(ahead).encode(), "seis")])
    gone = [{"queue": "cola_analiticas", "reason": "expired", "count": 1}]
    store.aside.count([Message(7, b"{}", "siete", deaths=gone)])
    for number in range(9):
        event = {"cliente": f"c{number}", "timestamp": NOW - number}
        store.apply([Message(8, json.dumps(event).encode(), f"n{number}")])
        store.tend()


def all_that_is_told(store: Store) -> list[object]:
    until = HistoryQuery(ventana=60, paso=1, por="cliente", hasta=NOW + 1)
    return [
        store.load(),
        store.read_rejections(99),
        [store.read_client(name) for name in ("a", "b", "c3", "futuro")],
        store.read_future_events(),
        store.history.pin().answer(until),
        store.aside.counts(),
        store.aside.copies(9),
    ]


def test_there_and_back(settings: Settings, tmp_path: Path) -> None:
    """Whatever is told is the same, what was known is, and counting goes on."""
    with closing(open_store(in_file(settings))) as store:
        fill(store)
        before = all_that_is_told(store)
        assert before[5] and before[6][0] and before[3]  # type: ignore[index]

    run("postgres", settings)
    with closing(open_store(settings)) as store:
        assert all_that_is_told(store) == before
        assert not store.apply(KNOWN).counted.events
        store.apply([Message(1, b'{"cliente":"nuevo"}', "nuevo"), Message(2, b"malo", "malo")])
        after = all_that_is_told(store)
    back = Settings(store_path=str(tmp_path / "nueva" / "otra.db"), store_url=settings.store_url)
    run("archivo", back)

    with closing(open_store(in_file(back))) as store:
        assert all_that_is_told(store) == after
        assert not store.apply(KNOWN).counted.events
        while store.tend():
            pass
        assert store.load().clientes == {**dict.fromkeys((f"c{n}" for n in range(9)), 1)} | {
            "a": 3,
            "futuro": 1,
            "nuevo": 1,
        }


def test_only_into_a_new_store(settings: Settings) -> None:
    """What was counted there stays, and so does the file."""
    for each in (settings, in_file(settings)):
        with closing(open_store(each)) as store:
            store.apply(KNOWN)
            before = store.load()

    with pytest.raises(UnusableStoreError, match="something was counted there already"):
        run("postgres", settings)

    with closing(open_store(in_file(settings))) as store:
        assert store.load() == before


@pytest.mark.parametrize("counting", ["in the file", "in PostgreSQL"])
def test_not_while_a_service_counts(settings: Settings, counting: str) -> None:
    """Neither the one that is left nor the new one may be in use."""
    open_store(in_file(settings)).close()
    busy = settings if counting == "in PostgreSQL" else in_file(settings)
    with closing(open_store(busy)), pytest.raises(StoreInUseError):
        run("postgres", settings)


def test_the_one_that_was_left_is_another(settings: Settings) -> None:
    """Its epoca is new: should somebody count into it again, nobody mixes the two up."""
    with closing(open_store(in_file(settings))) as store:
        fill(store)
        epoca = store.load().epoca

    run("postgres", settings)

    with closing(open_store(in_file(settings))) as store:
        assert store.load().epoca != epoca
    with closing(open_store(settings)) as store:
        assert store.load().epoca == epoca
