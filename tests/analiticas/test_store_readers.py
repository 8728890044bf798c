"""Reads of the store beside counting."""

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asking.history_questions import HistoryQuestions
from asking.short_questions import MOST_READERS, ShortQuestions
from asking.turns import TooManyReadersError
from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from decoding.message import Message
from history.query import HistoryQuery
from sqlite.file_snapshots import FileSnapshot
from sqlite.file_store import FileStore, open_store
from storing.store_thread import StoreThread

ONE = [Message(1, b'{"cliente":"a"}')]


class Gate(threading.Event):
    """Holds every read of a client until it is set; `begun` counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0

    def read(self, cliente: str) -> dict[str, str]:
        self.begun += 1
        self.wait(10)
        return {"cliente": cliente}


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[FileStore]:
    store = open_store(tmp_path / "pulso.db", IdWindow(60, 100))
    yield store
    store.close()


@pytest.fixture(name="thread")
def _thread(store: FileStore) -> Iterator[StoreThread]:
    thread = StoreThread()
    yield thread
    thread.close()


@pytest.fixture(name="short")
def _short(thread: StoreThread) -> ShortQuestions:
    return ShortQuestions(thread)


@pytest.fixture(name="gate")
def _gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.set()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.005)


async def test_a_batch_waits_for_one_read_at_most(
    store: FileStore, thread: StoreThread, short: ShortQuestions, gate: Gate
) -> None:
    """Many ask; what is to be counted comes before all of them but the one that is under way."""
    reads = [asyncio.create_task(short.ask(gate.read, "a")) for _ in range(MOST_READERS)]
    await until(lambda: gate.begun == 1)
    order = []
    batch = asyncio.create_task(thread.run(store.apply, ONE))
    batch.add_done_callback(lambda _: order.append(sum(read.done() for read in reads)))

    gate.set()

    await asyncio.gather(batch, *reads)
    assert order[0] <= 1


async def test_askers_that_leave_do_not_make_room_for_more(
    short: ShortQuestions, gate: Gate
) -> None:
    """A read that nobody waits for any more still takes its turn to the end."""
    for _ in range(10):
        asking = asyncio.create_task(short.ask(gate.read, "a"))
        await asyncio.sleep(0.01)
        asking.cancel()

    await asyncio.sleep(0.05)

    assert gate.begun == 1
    gate.set()
    assert await short.ask(gate.read, "b") == {"cliente": "b"}
    assert gate.begun == 2


@pytest.mark.parametrize("kind", ["short", "history"])
async def test_a_failure_that_nobody_waits_for_is_not_logged(
    kind: str,
    store: FileStore,
    thread: StoreThread,
    short: ShortQuestions,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who asked has left when the store can't be read: counting tells of that, once."""
    complaints: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    history = HistoryQuestions(store.history, thread)

    def fail(*_: object) -> dict[str, str]:
        gate.read("a")
        raise StoreUnavailableError("it is away")

    monkeypatch.setattr(store.history, "pin", fail)
    asking = asyncio.create_task(
        short.ask(fail, "a") if kind == "short" else history.ask(HistoryQuery())
    )
    await until(lambda: gate.begun == 1)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gate.set()
    await thread.run(lambda: None)
    await asyncio.sleep(0)  # what it came to reaches the loop
    await asyncio.sleep(0)
    gc.collect()

    assert not complaints
    history.close()


async def test_too_many_are_refused(short: ShortQuestions, gate: Gate) -> None:
    """Beyond a number that wait, the next is refused at once."""
    reads = [asyncio.create_task(short.ask(gate.read, "a")) for _ in range(MOST_READERS + 1)]
    await asyncio.sleep(0)

    with pytest.raises(TooManyReadersError):
        await short.ask(gate.read, "a")

    gate.set()
    await asyncio.gather(*reads)


async def test_who_reads_much_rests_as_long(
    thread: StoreThread, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next long read waits for as long as the one before it took, while counting goes on."""
    longer = ShortQuestions(thread, rests=True)
    reading = asyncio.create_task(longer.ask(gate.read, "a"))
    await until(lambda: gate.begun == 1)
    loop, begun, rests = asyncio.get_running_loop(), time.monotonic(), []
    monkeypatch.setattr(loop, "call_later", lambda rest, _: rests.append(rest))
    gate.wait(0.05)
    took = time.monotonic() - begun

    gate.set()

    await reading
    assert rests and rests[0] >= took


async def test_no_batch_waits_for_a_history(
    store: FileStore, thread: StoreThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is to be counted is counted while a dear question is being answered."""
    gate, honest = threading.Event(), FileSnapshot.answer
    monkeypatch.setattr(FileSnapshot, "answer", lambda *given: gate.wait(10) and honest(*given))
    history = HistoryQuestions(store.history, thread)
    reading = asyncio.create_task(history.ask(HistoryQuery()))
    await asyncio.sleep(0.01)

    await thread.run(store.apply, ONE)

    assert not reading.done()
    gate.set()
    assert await reading
    history.close()


def test_a_history_is_of_one_commit(store: FileStore) -> None:
    """What is counted and folded while it is being read is in the next one."""
    body, query = b'{"cliente":"a","timestamp":%d}' % time.time(), HistoryQuery(60, 1, "total")
    store.apply([Message(1, body)])
    snapshot = store.history.pin()
    store.apply([Message(2, body)])
    while store.tend():
        pass

    answers = [snapshot.answer(query), store.history.pin().answer(query)]

    assert [(a["version"], a["series"][0]["total"]) for a in answers] == [(1, 1), (2, 2)]
