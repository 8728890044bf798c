"""Who writes into the store waits while it can't be written, and says so."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aside import copies
from consuming import store_writer
from consuming.store_writer import StoreWriter
from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from decoding.message import Message
from live.vitals import Vitals
from sqlite.file_store import FileStore, open_store
from storing.store_thread import StoreThread

GOOD, BAD = b'{"cliente": "a"}', b'{"cliente": 7}'


def forged(tag: int) -> Message:
    return Message(tag, BAD, str(tag), deaths=[])


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileStore]:
    """One that has no room for another copy."""
    monkeypatch.setattr(copies, "MAX_BYTES", 1)
    monkeypatch.setattr(store_writer, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(store_writer, "SILENT_SECONDS", 60.0)  # a busy machine is no pause
    store = open_store(tmp_path / "pulso.db", IdWindow(60, 1000))
    store.apply([forged(1)])
    yield store
    store.close()


@pytest.fixture(name="thread")
def _thread(store: FileStore) -> Iterator[StoreThread]:
    thread = StoreThread()
    yield thread
    thread.close()


async def paused(vitals: Vitals) -> None:
    async with asyncio.timeout(5):
        while vitals.almacen == "ok":  # noqa: ASYNC110 - of another thread
            await asyncio.sleep(0.001)


async def test_a_pause_lasts_until_its_own_write(
    store: FileStore, thread: StoreThread, caplog: pytest.LogCaptureFixture
) -> None:
    """What somebody else could write meanwhile says nothing of it; it is told once, and its end."""
    caplog.set_level(logging.INFO, "analiticas.store")
    vitals, stop = Vitals(), asyncio.Event()
    writer = StoreWriter(thread, vitals)
    counting = asyncio.create_task(writer.write(store.apply, [forged(2)], stop))
    await paused(vitals)

    assert await writer.write(store.aside.forget_copies, [], stop) == 1
    meanwhile = vitals.almacen
    assert await writer.write(store.aside.forget_copies, [1], stop) == 0
    committed = await asyncio.wait_for(counting, 5)

    assert committed and committed.version == 2
    assert (meanwhile, vitals.almacen) == ("en_pausa", "ok")
    told = [record.levelname for record in caplog.records]
    assert told == ["ERROR", "INFO"]


async def test_a_stop_ends_the_wait(store: FileStore, thread: StoreThread) -> None:
    """Nothing is counted then, and nobody takes it for counted."""
    vitals, stop = Vitals(), asyncio.Event()
    counting = asyncio.create_task(
        StoreWriter(thread, vitals).write(store.apply, [forged(2)], stop)
    )
    await paused(vitals)

    stop.set()

    assert await asyncio.wait_for(counting, 5) is None
    assert store.load().version == 1


async def test_a_store_that_says_nothing(
    thread: StoreThread, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs, or a standby that a COMMIT waits for: a pause, until it goes on."""
    caplog.set_level(logging.INFO, "analiticas.store")
    monkeypatch.setattr(store_writer, "SILENT_SECONDS", 0.01)
    vitals, goes_on = Vitals(), threading.Event()
    writer = StoreWriter(thread, vitals)
    counting = asyncio.create_task(writer.write(goes_on.wait, 60.0, asyncio.Event()))

    await paused(vitals)
    goes_on.set()

    assert await asyncio.wait_for(counting, 5)
    assert vitals.almacen == "ok"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_what_silence_came_to(
    thread: StoreThread, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cause is told once it is known, though the pause has been told of."""
    caplog.set_level(logging.INFO, "analiticas.store")
    monkeypatch.setattr(store_writer, "SILENT_SECONDS", 0.01)
    vitals, stop, goes_on = Vitals(), asyncio.Event(), threading.Event()

    def fail(_: None) -> None:
        goes_on.wait(60)
        raise StoreUnavailableError("no room")

    counting = asyncio.create_task(StoreWriter(thread, vitals).write(fail, None, stop))
    await paused(vitals)
    stop.set()
    goes_on.set()

    await asyncio.wait_for(counting, 5)
    assert vitals.almacen == "en_pausa"
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
