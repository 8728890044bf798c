"""The delta log: what was counted reaches the tables once, whatever happens on the way."""

import json
import multiprocessing
import random
import signal
from collections import Counter
from contextlib import closing, suppress
from multiprocessing.context import ForkServerContext

import pytest

from aside import copies
from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from decoding.message import Message
from postgres.shared import fold_turn, shared_log
from storing import delta_log
from tests.analiticas import folding_process
from tests.faults import kill_points
from tests.store_places import POSTGRES, SQLITE, AnyStore, Place

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
PASSES = {SQLITE: (1, 3, 7), POSTGRES: (2, 5)}
"""How often a place is passed, the last time being the end; a server takes longer to ask."""


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 3)
    monkeypatch.setattr(delta_log, "FORGET_ROWS", 2)
    monkeypatch.setattr(delta_log, "DEAL_CELLS", 10)
    monkeypatch.setattr(shared_log, "KEPT_SECONDS", 0)
    monkeypatch.setattr(fold_turn, "TURN_SECONDS", 0)


def events(number: int) -> list[dict[str, object]]:
    """The events of message *number*; the same each time."""
    rng = random.Random(number)  # noqa: S311
    return [
        {
            "cliente": f"c{rng.randrange(30)}",
            "evento": f"e{rng.randrange(3)}",
            "timestamp": 1795503600 + rng.randrange(3),
        }
        for _ in range(20)
    ]


def message(number: int) -> Message:
    return Message(number, json.dumps(events(number)).encode(), str(number))


def expected(numbers: range) -> Counter[str]:
    return Counter(str(e["cliente"]) for n in numbers for e in events(n))


def tables(place: Place) -> dict[str, int]:
    with place.tables() as db:
        return dict(db.execute("SELECT cliente, total FROM clientes").fetchall())


def fold_all(store: AnyStore) -> None:
    while store.tend() or store._books.log.unfolded():
        pass


def test_every_state_of_folding_reopens_exactly(place: Place) -> None:
    """After each step, of counting or of folding, a store opened again says the same."""
    store = place.open(WINDOW)
    for number in range(60):
        store.apply([message(number)])
        for _ in range(number % 3):
            store.tend()
        before = store.load()
        assert before.clientes == expected(range(number + 1))
        assert before.clientes.names == len(before.clientes)
        store.close()

        store = place.open(WINDOW)
        assert store.load() == before
        assert store.load().clientes.names == before.clientes.names
    fold_all(store)
    store.close()
    assert tables(place) == expected(range(60))


def test_folding_empties_the_log(place: Place) -> None:
    """Once all is folded the tables hold everything and the log nothing."""
    store = place.open(WINDOW)
    for number in range(10):
        store.apply([message(number)])
    fold_all(store)

    assert store._db.execute("SELECT count(*) FROM deltas").fetchone() == (0,)
    assert tables(place) == expected(range(10))
    assert store.load().clientes == expected(range(10))
    store.close()


def test_memory_waits_for_the_commit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever part of a transaction fails, its slice is folded once, later, and not forgotten."""
    monkeypatch.setattr(copies, "MAX_BYTES", 0)
    forged = Message(1, b"{}", "forged", deaths=[])
    with closing(place.open(WINDOW)) as store:
        store.apply([message(0), forged])
        while (before := store.load()).clientes and store._books.log.has_work:
            with pytest.raises(StoreUnavailableError, match="wait for the broker"):
                store.apply([message(1), forged._replace(message_id="another")])
            assert store.load() == before
            store.tend()
        store.apply([message(1)])
        fold_all(store)
    assert tables(place) == expected(range(2))


def test_the_names_of_a_slice_are_not_split(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client with more cells than a slice is folded whole, so that its name is a bookmark."""
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 1)
    monkeypatch.setattr(delta_log, "DEAL_CELLS", 100)
    store = place.open(WINDOW)
    body = [{"cliente": "a", "evento": f"e{n}"} for n in range(50)] + [{"cliente": "b"}]
    store.apply([Message(1, json.dumps(body).encode(), "1")])

    while not tables(place):
        store.tend()
    store.close()

    assert tables(place) == {"a": 50}
    store = place.open(WINDOW)
    assert store.load().clientes == {"a": 50, "b": 1}
    store.close()


@pytest.fixture(scope="module")
def forking() -> ForkServerContext:
    """Processes that have imported everything when they start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([folding_process.__name__])
    return context


@pytest.mark.parametrize("point", sorted(kill_points.POINTS - kill_points.ACKS))
def test_killed_at_a_named_place(place: Place, point: str, forking: ForkServerContext) -> None:
    """A process killed at any place leaves a store that counts each message once."""
    start = 0
    for passes in PASSES[place.kind]:
        messages = [message(number) for number in range(start, start + 8)]
        ours, theirs = forking.Pipe(duplex=False)
        words = (place, WINDOW, messages, f"{point}:{passes}", theirs)
        process = forking.Process(target=folding_process.count_all, args=words)
        process.start()
        theirs.close()
        applied = 0
        with suppress(EOFError):
            while ours.recv_bytes():
                applied += 1
        process.join(20)
        assert process.exitcode == -signal.SIGKILL
        store = place.open(WINDOW)
        counted = [not store.apply([each]).counted.clientes for each in messages]
        assert counted[:applied] == [True] * applied
        start += 8
        assert store.load().clientes == expected(range(start))
        store.close()
    store = place.open(WINDOW)
    fold_all(store)
    store.close()
    assert tables(place) == expected(range(start))
