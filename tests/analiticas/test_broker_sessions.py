"""Connections beside the one that counts are opened again, and end when they are told to."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractConnection

from analytics_settings import read_settings
from consuming.broker_sessions import Sessions
from live.live import Vitals
from tests.broker_stack import VirtualHost
from tests.stack import free_ports


async def test_it_stops_between_two_tries() -> None:
    """While nobody listens there, a stop needs no connection to come through."""
    (nobody,) = free_ports(1)
    sessions = Sessions(read_settings({"RABBITMQ_PORT": str(nobody)}), "prueba", Vitals())

    async def session(_: AbstractConnection) -> None:
        raise AssertionError("there was a connection")

    running = asyncio.create_task(sessions.run(session))
    async with asyncio.timeout(10):
        while sessions.failures < 2:  # noqa: ASYNC110 - no event tells of a failure
            await asyncio.sleep(0.01)
        sessions.stop()
        await running


async def test_it_stops_a_session_that_hangs(vhost: VirtualHost) -> None:
    """One that waits for a broker that says nothing is ended, and told to stop only once."""
    sessions = Sessions(read_settings(vhost.settings), "prueba", Vitals())
    connected = asyncio.Event()

    async def session(_: AbstractConnection) -> None:
        connected.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(sessions.run(session))
    async with asyncio.timeout(10):
        await connected.wait()
        sessions.stop()
        sessions.stop()
        await running
