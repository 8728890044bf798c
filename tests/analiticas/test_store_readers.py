"""Reads of the store beside counting."""

import asyncio
import threading
import time

import pytest

from consuming.batch_counter import MOST_READERS, BatchCounter, TooManyReadersError
from counting.totals import IdWindow
from decoding.message import Message
from history.query import HistoryQuery
from live.live import Live
from storing.store import open_store


@pytest.fixture(name="counter")
def _counter(tmp_path):
    store = open_store(tmp_path / "pulso.db", IdWindow(60, 100))
    counter = BatchCounter(store, Live(store.load()))
    yield counter
    counter.close()


@pytest.fixture(name="gate")
def _gate(counter, monkeypatch):
    """Holds every read of a client until it is set; `gate.begun` counts them."""
    gate = threading.Event()
    gate.begun = 0

    def read(cliente):
        gate.begun += 1
        gate.wait(10)
        return {"cliente": cliente}

    monkeypatch.setattr(counter._store, "read_client", read)
    yield gate
    gate.set()


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.005)


async def test_a_batch_waits_for_one_read_at_most(counter, gate):
    """Many ask; what is to be counted comes before all of them but the one that is under way."""
    reads = [asyncio.create_task(counter.client("a")) for _ in range(MOST_READERS)]
    await until(lambda: gate.begun == 1)
    order = []
    batch = asyncio.create_task(counter.count([Message(1, b'{"cliente":"a"}')], asyncio.Event()))
    batch.add_done_callback(lambda _: order.append(sum(read.done() for read in reads)))

    gate.set()

    await asyncio.gather(batch, *reads)
    assert order[0] <= 1


async def test_askers_that_leave_do_not_make_room_for_more(counter, gate):
    """A read that nobody waits for any more still takes its turn to the end."""
    for _ in range(10):
        asking = asyncio.create_task(counter.client("a"))
        await asyncio.sleep(0.01)
        asking.cancel()

    await asyncio.sleep(0.05)

    assert gate.begun == 1
    gate.set()
    assert await counter.client("b") == {"cliente": "b"}
    assert gate.begun == 2


async def test_too_many_are_refused(counter, gate):
    """Beyond a number that wait, the next is refused at once."""
    reads = [asyncio.create_task(counter.client("a")) for _ in range(MOST_READERS + 1)]
    await asyncio.sleep(0)

    with pytest.raises(TooManyReadersError):
        await counter.client("a")

    gate.set()
    await asyncio.gather(*reads)


async def test_no_batch_waits_for_a_history(counter, monkeypatch):
    """What is to be counted is counted while a dear question is being answered."""
    gate = threading.Event()
    monkeypatch.setattr(counter._store, "history_reading", lambda query: lambda: gate.wait(10))
    reading = asyncio.create_task(counter.history(HistoryQuery()))
    await asyncio.sleep(0.01)

    await counter.count([Message(1, b'{"cliente":"a"}')], asyncio.Event())

    assert not reading.done()
    gate.set()
    assert await reading


def test_a_history_is_of_one_commit(counter):
    """What is counted and folded while it is being read is in the next one."""
    store, body = counter._store, b'{"cliente":"a","timestamp":%d}' % time.time()
    store.apply([Message(1, body)])
    reading = store.history_reading(HistoryQuery(60, 1, "total"))
    store.apply([Message(2, body)])
    while store.tend():
        pass

    answers = [reading(), store.history_reading(HistoryQuery(60, 1, "total"))()]

    assert [(a["version"], a["series"][0]["total"]) for a in answers] == [(1, 1), (2, 2)]
