"""A broker that starts at the same time is no reason to warn of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from analiticas import if_it_fails
from analytics_settings import read_settings
from broker.amqp_errors import ConsumerGivesUpError
from consuming import consumer
from consuming.store_writer import StoreWriter
from counting.totals import IdWindow
from live.live import Live
from sqlite.file_store import open_store
from storing.store_thread import StoreThread
from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports


async def levels_until(
    settings: dict[str, str], wanted: int, path: Path, caplog: pytest.LogCaptureFixture
) -> list[str]:
    """Consume until so many lines say that there is no connection; return their levels."""
    caplog.clear()
    store = open_store(path, IdWindow(60, 1000))
    live = Live(store.load())
    thread = StoreThread()
    writer = StoreWriter(thread, live.vitals)
    subject = consumer.Consumer(read_settings(settings), store, writer, live, lambda: None)

    def levels() -> list[str]:
        said = [r for r in caplog.records if "no connection to the broker" in r.getMessage()]
        return [record.levelname for record in said]

    running = asyncio.create_task(subject.run())
    async with asyncio.timeout(20):
        while len(levels()) < wanted:
            await asyncio.sleep(0.01)
            if levels() == ["INFO"]:
                consumer.STARTING_SECONDS = 0.0
    subject.stop()
    await running
    thread.close()
    store.close()
    return levels()


class Deaf:
    """A part that forgets that it was cancelled, as one that gets its connection just then."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        try:
            await self._stop.wait()
        except asyncio.CancelledError:
            await self._stop.wait()


async def give_up() -> None:
    await asyncio.sleep(0)
    raise ConsumerGivesUpError


async def test_a_part_that_forgets_its_cancellation_ends_with_the_others() -> None:
    """Or the analytics would give up, say nothing, and go on doing nothing."""
    deaf = Deaf()
    told = if_it_fails((deaf,))

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            for part in (deaf.run(), give_up()):
                group.create_task(part).add_done_callback(told)


async def test_a_broker_that_is_late_is_a_warning(
    tmp_path: Path,
    vhost: VirtualHost,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not at first, and once; but one that refuses us is, at once."""
    caplog.set_level("INFO")
    monkeypatch.setattr(consumer, "STARTING_SECONDS", 60.0)
    (nobody,) = free_ports(1)

    refused = vhost.settings | {"RABBITMQ_PASSWORD": "otra"}
    assert await levels_until(refused, 1, tmp_path / "refused.db", caplog) == ["WARNING"]

    away = vhost.settings | {"RABBITMQ_PORT": str(nobody)}
    assert await levels_until(away, 2, tmp_path / "away.db", caplog) == ["INFO", "WARNING"]
