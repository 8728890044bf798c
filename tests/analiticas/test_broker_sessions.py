"""Connections beside the one that counts are opened again, and end when they are told to."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractConnection

from analytics_settings import read_settings
from comun.waiting import set_within
from consuming.broker_sessions import Sessions
from consuming.broker_writer import LOGIN_REFUSED
from live.vitals import Vitals
from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports


async def test_it_stops_between_two_tries() -> None:
    """While nobody listens there, a stop needs no connection to come through."""
    (nobody,) = free_ports(1)
    sessions = Sessions(read_settings({"RABBITMQ_PORT": str(nobody)}), "prueba", Vitals())

    async def session(_: AbstractConnection) -> None:
        raise AssertionError("there was a connection")

    running = asyncio.create_task(sessions.run(session))
    sessions.begin()
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
    sessions.begin()
    async with asyncio.timeout(10):
        await connected.wait()
        sessions.stop()
        sessions.stop()
        await running


async def test_it_waits_until_it_is_told_to_begin(vhost: VirtualHost) -> None:
    """What it would ask for is not declared yet; a stop ends also that."""
    sessions = Sessions(read_settings(vhost.settings), "prueba", Vitals())
    connected = asyncio.Event()

    async def session(_: AbstractConnection) -> None:
        connected.set()
        await sessions.stopping.wait()

    running = asyncio.create_task(sessions.run(session))
    async with asyncio.timeout(10):
        assert not await set_within(connected, 0.2)
        sessions.begin()
        await connected.wait()
        sessions.stop()
        await running

    never_begun = Sessions(read_settings(vhost.settings), "prueba", Vitals())
    running = asyncio.create_task(never_begun.run(session))
    async with asyncio.timeout(1):
        await asyncio.sleep(0)
        never_begun.stop()
        await running


async def test_it_tells_why_there_is_no_connection(vhost: VirtualHost) -> None:
    """A refused login can be told from a broker that is away."""
    (nobody,) = free_ports(1)
    refused = await first_trouble(vhost.settings | {"RABBITMQ_PASSWORD": "otra"})
    away = await first_trouble(vhost.settings | {"RABBITMQ_PORT": str(nobody)})

    assert isinstance(refused, LOGIN_REFUSED)
    assert not isinstance(away, LOGIN_REFUSED | TimeoutError)


async def first_trouble(settings: dict[str, str]) -> Exception:
    sessions = Sessions(read_settings(settings), "prueba", Vitals())
    told: list[Exception] = []

    async def session(_: AbstractConnection) -> None:
        raise AssertionError("there was a connection")

    def tell(error: Exception) -> None:
        told.append(error)
        sessions.stop()

    sessions.begin()
    async with asyncio.timeout(10):
        await sessions.run(session, tell)
    return told[0]
