"""What is read from the store beside the report, in every state of folding."""

import json
import time
from collections.abc import Iterator

import pytest

from counting.totals import IdWindow
from decoding.message import Message
from history import steady_clock
from history.query import HistoryQuery
from history.steady_clock import running_seconds
from storing import delta_log, folding
from tests.contracts.wire_schemas import sent
from tests.store_places import AnyStore, Place
from usual.usual_query import UsualQuery

WINDOW = IdWindow(604800, 50_000_000)


@pytest.fixture(name="store")
def _store(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnyStore]:
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 1)
    store = place.open(WINDOW)
    yield store
    store.close()


def message(number: int, *events: tuple[str, str, int]) -> Message:
    body = [{"cliente": c, "evento": e, "timestamp": t} for c, e, t in events]
    return Message(number, json.dumps(body).encode(), str(number))


def test_one_client_while_it_is_folded(store: AnyStore) -> None:
    """Total and newest event are those of the last commit, wherever they are."""
    store.apply([message(1, ("a", "x", 100), ("a", "y", 90), ("b", "x", 50), ("c", "x", 1))])
    for step in range(6):
        found = store.read_client("a")
        assert found
        assert (found["total"], found["visto"]) == (2, "1970-01-01T00:01:40.000Z"), step
        store.tend()
    store.apply([message(2, ("a", "x", 70))])

    found = store.read_client("a")

    assert found == {"cliente": "a", "total": 3, "version": 2, "visto": "1970-01-01T00:01:40.000Z"}
    sent("client_report", found)
    assert store.read_client("nadie") is None


def test_history_while_it_is_folded(store: AnyStore) -> None:
    """Each event is in history once, from its commit on, whatever step of folding is done."""
    now = int(time.time())
    for number in range(12):
        store.apply([message(number, *((c, "x", now - number) for c in "abc"))])
        read = store.history.pin().answer(HistoryQuery(ventana=60, paso=1, por="cliente"))

        assert read["version"] == number + 1
        assert {s["cliente"]: s["total"] for s in read["series"]} == dict.fromkeys(
            "abc", number + 1
        )
        store.tend()


def test_what_is_usual_is_of_one_commit(store: AnyStore) -> None:
    """What happened beside what is usual is as of the version that is told, folded or not."""
    now = int(time.time())
    for number in range(4):
        store.apply([message(number, ("a", "x", now - number))])
        read = store.history.pin().answer(UsualQuery(ventana=60, paso=1, cliente="a"))
        sent("usual", read)

        assert read["version"] == read["series"][0]["todo"]["puntos"] == number + 1
        store.tend()


def test_a_reset_empties_history(place: Place, store: AnyStore) -> None:
    """After a reset no event is left in history, folded or not."""
    now = int(time.time())
    store.apply([message(1, ("a", "x", now)), message(2, ("b", "x", now))])
    store.tend()
    store.close()

    place.reset()

    again = place.open(WINDOW)
    assert again.history.pin().answer(HistoryQuery(ventana=60, paso=1))["series"] == []
    again.close()


def test_a_clock_that_jumps_prunes_nothing(
    store: AnyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a wrong clock makes old is kept, and there when it is right again."""
    monkeypatch.setattr(folding, "PRUNE_SECONDS", 0)
    now = time.time()
    store.apply([message(1, ("a", "x", int(now) - 700))])
    monkeypatch.setattr(time, "time", lambda: now + 400 * 86400)
    for _ in range(5):
        store.tend()
    monkeypatch.setattr(time, "time", lambda: now)

    history = store.history.pin().answer(HistoryQuery(por="total"))

    assert (history["series"][0]["total"], history["completo"]) == (1, True)


def test_old_history_is_pruned(store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What history no longer keeps is deleted while nothing is counted."""
    monkeypatch.setattr(folding, "PRUNE_SECONDS", 0)
    store.apply([message(1, ("a", "x", int(time.time()) - 700))])
    for _ in range(5):
        store.tend()
    (before,) = store._db.execute("SELECT count(*) FROM historia_trozos").fetchone()

    later, running = time.time() + 3600, running_seconds() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(steady_clock, "running_seconds", lambda: running)
    store.tend()

    (after,) = store._db.execute("SELECT count(*) FROM historia_trozos").fetchone()
    assert 0 < after < before
