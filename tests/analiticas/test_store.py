import json
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import Mock

import pytest

from counting.totals import IdWindow, ledger
from decoding.message import Message
from tests.store_places import AnyStore, Place

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)


def message(cliente: str, message_id: str | None = None, tag: int = 1) -> Message:
    return Message(tag, json.dumps({"cliente": cliente}).encode(), message_id)


@pytest.fixture(name="store")
def _store(place: Place) -> Iterator[AnyStore]:
    with closing(place.open(WINDOW)) as store:
        yield store


def test_memory_follows_the_disk(store: AnyStore) -> None:
    """What `apply` returns, added to the totals in memory, is what a restart loads."""
    totals = store.load()

    for batch in ([message("a", "1"), message("b")], [message("a", "1"), message("a", "2")]):
        totals.add(store.apply(batch))

    assert store.load() == totals
    assert totals.clientes == {"a": 2, "b": 1}
    assert totals.version == 2


def test_an_error_of_our_own_leaves_no_transaction_open(
    store: AnyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while counting, nothing of it stays and the next batch counts."""
    with monkeypatch.context() as patch:
        for module in ("sqlite.file_store", "postgres.server_store"):
            patch.setattr(f"{module}.count", Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            store.apply([message("a", "1")])

    store.apply([message("a", "1")])

    assert store.load().clientes == {"a": 1}


def test_counters_survive_a_restart(place: Place, store: AnyStore) -> None:
    """Counts, ids, epoca and version are there again when the store is opened again."""
    store.apply([message("a", "1")])
    before = store.load()
    store.close()

    again = place.open(WINDOW)
    after = again.load()
    copy = again.apply([message("a", "1")])
    again.close()

    assert after == before
    assert not copy.counted.clientes


def test_ids_are_pruned_by_number(place: Place) -> None:
    """No more ids than the window's rows are kept; the oldest go, and the window says so."""
    store = place.open(IdWindow(7 * 24 * 3600, 1000))
    for start in range(0, 3000, 100):
        committed = store.apply([message("a", f"id {start + n}") for n in range(100)])

    old, new = (store.apply([message("a", i)]).counted.clientes for i in ("id 0", "id 2999"))
    store.close()

    assert committed.window.rows <= 1100
    assert committed.window.seconds < 60
    assert (old, new) == ({"a": 1}, {})


def test_ids_are_pruned_by_age(place: Place, store: AnyStore) -> None:
    """Ids older than the window's seconds of counting are forgotten, younger ones are not."""
    store.apply([message("a", "old")])
    store._db.execute("UPDATE ids SET reloj = reloj - ?", (WINDOW.seconds + 1,))
    store.apply([message("a", "young")])

    again = store.apply([message("a", "old"), message("a", "young")])

    assert again.counted.clientes == {"a": 1}


@pytest.mark.parametrize("rows", [1000, 50_000_000])
def test_an_id_is_as_old_as_its_count(place: Place, rows: int) -> None:
    """An id that was rejected first is kept from when it was counted on, by age and by number."""
    bad = Message(1, b'{"evento": "clic"}', "rejected, then counted")
    good = bad._replace(app_id="a")
    with closing(place.open(IdWindow(WINDOW.seconds, rows))) as store:
        store.apply([bad, *(message("b", f"old {n}") for n in range(998))])
        store._db.execute("UPDATE ids SET reloj = reloj - ?", (WINDOW.seconds + 1,))
        counted = store.apply([good]).counted.clientes
        store.apply([message("b", f"young {n}") for n in range(999)])

        again = store.apply([good]).counted.clientes

        assert (counted, again) == ({"a": 1}, {})
        assert store.load().window.rows == 1000


def test_time_off_does_not_age_ids(place: Place, store: AnyStore) -> None:
    """The age of an id grows only while a process counts."""
    store.apply([message("a", "1")])
    (before,) = store._db.execute("SELECT reloj FROM libro").fetchone()
    store.close()

    again = place.open(WINDOW)
    again.apply([message("a", "2")])
    (after,) = again._db.execute("SELECT reloj FROM libro").fetchone()
    again.close()

    assert before <= after < before + 5


def test_ledger_balances(store: AnyStore) -> None:
    """Every message received has exactly one fate."""
    totals = store.load()
    bad = Message(1, b"no es json", "bad")

    totals.add(store.apply([message("a", "1"), message("a", "1"), message("b", "1"), bad, bad]))

    mensajes = ledger(totals)["mensajes"]
    assert mensajes == {
        "recibidos": 5,
        "contados": 1,
        "duplicados": 2,
        "conflictos": 1,
        "rechazados": 1,
    }
