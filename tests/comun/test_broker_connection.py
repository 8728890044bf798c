"""A connection that never came about leaves nothing to the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import AsyncIterator

import aio_pika
import pytest

from comun.broker_connection import BrokerConnection

WITHIN = 0.2  # seconds that a broker gets that says nothing
TRIES = 5
"""On a busy machine an attempt may end before there is anything to leave behind."""


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """Of somebody who takes connections, and never says a word."""

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def collected_elsewhere() -> list[str]:
    """What is complained of when a thread without an event loop collects garbage."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        thread = threading.Thread(target=gc.collect)
        thread.start()
        thread.join()
    return [str(each.message) for each in told if "never awaited" in str(each.message)]


async def fail(port: int, kind: type[aio_pika.Connection]) -> None:
    """An attempt that ends in a circle of references, as those that are told of do."""
    try:
        await aio_pika.connect(host="127.0.0.1", port=port, timeout=WITHIN, connection_class=kind)
    except TimeoutError as error:
        error.args = (error,)
    else:
        pytest.fail("nobody was there to connect with")


async def attempts(port: int, kind: type[aio_pika.Connection]) -> list[str]:
    """What is complained of until something is."""
    found: list[str] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(TRIES):
            await fail(port, kind)
            if found := collected_elsewhere():
                break
    finally:
        gc.enable()
    return found


async def test_failed_attempts_leave_nothing(silent_port: int) -> None:
    assert await attempts(silent_port, BrokerConnection) == []


async def test_those_of_the_library_do(silent_port: int) -> None:
    """It leaves a coroutine behind: when it no longer does, ours can go."""
    assert len(await attempts(silent_port, aio_pika.Connection)) == 1
