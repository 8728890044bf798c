"""Deliveries of a real broker on their way to the inbox."""

import asyncio
import time
from typing import Any

import pytest
from aio_pika import Message

from analytics_settings import read_settings
from broker import delivery_stream, topology
from broker.amqp_errors import SessionLostError, broker_errors
from broker.connection import connect
from broker.delivery_transport import BulkConnection
from broker.shards import Shards
from consuming.delivery_channel import consume
from consuming.inbox import Inbox
from tests.broker_stack import VirtualHost

MESSAGES = 900
TURN = 0.01  # seconds that others take of each
MOST_TURNS = 30  # frame by frame it was 100 at the best


async def connected(vhost: VirtualHost) -> BulkConnection:
    return await connect(read_settings(vhost.settings), "test")


async def prepare(connection: BulkConnection, bodies: list[bytes], **properties: Any) -> None:
    channel = await connection.channel(publisher_confirms=True)
    await channel.declare_queue(topology.QUEUE)
    sent = (
        channel.default_exchange.publish(Message(body, **properties), topology.QUEUE)
        for body in bodies
    )
    await asyncio.gather(*sent)


async def test_a_turn_takes_many_messages(vhost: VirtualHost) -> None:
    """A backlog is handed over in a few turns, though each of them keeps the loop for long."""
    async with await connected(vhost) as connection:
        await prepare(connection, [b"{}"] * MESSAGES)
        inbox, turns = Inbox(batch_messages=MESSAGES, batch_seconds=60), 0

        await consume(connection, Shards([topology.QUEUE]), MESSAGES, inbox)
        while inbox.delivered < MESSAGES and turns < 10 * MOST_TURNS:
            time.sleep(TURN)  # noqa: ASYNC251 - the others
            await asyncio.sleep(0)
            turns += 1

        assert inbox.delivered == MESSAGES
        assert turns <= MOST_TURNS


async def test_bodies_of_any_size_arrive_whole(vhost: VirtualHost) -> None:
    """Of no bytes, of one frame, of several, with calls on another channel between them."""
    sizes = [0, 1, 131_064, 131_065, 500_000, 0, 1_048_576, 7]
    bodies = [bytes([65 + n]) * size for n, size in enumerate(sizes)]
    async with await connected(vhost) as connection:
        await prepare(connection, bodies[:0])
        channel = await connection.channel(publisher_confirms=True)
        inbox = Inbox(batch_messages=1, batch_seconds=0)
        await consume(connection, Shards([topology.QUEUE]), 100, inbox)

        for body in bodies:
            await channel.default_exchange.publish(Message(body), topology.QUEUE)
        arrived = [(await asyncio.wait_for(inbox.take(), 10))[0].body for _ in bodies]

        assert arrived == bodies


async def test_a_lost_channel_is_told(vhost: VirtualHost) -> None:
    """When the broker closes the channel, the inbox holds nothing that could be acknowledged."""
    async with await connected(vhost) as connection:
        await prepare(connection, [])
        inbox = Inbox(batch_messages=1, batch_seconds=60)
        raw = await consume(connection, Shards([topology.QUEUE]), 1, inbox)

        await raw.basic_ack(77, wait=False)  # unknown: PRECONDITION_FAILED

        with pytest.raises(SessionLostError, match="unknown delivery tag"):
            await asyncio.wait_for(inbox.take(), 10)


async def test_a_message_that_cannot_be_read_ends_the_session(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is acknowledged past a message that is missing: all come again."""
    read = delivery_stream.properties

    def failing(data: bytes) -> delivery_stream.Looked:
        if b"second" in data:
            raise MemoryError
        return read(data)

    monkeypatch.setattr(delivery_stream, "properties", failing)
    connection = await connected(vhost)
    await prepare(connection, [b"1"], message_id="first")
    await prepare(connection, [b"2"], message_id="second")
    inbox = Inbox(batch_messages=1, batch_seconds=0)
    connection.close_callbacks.add(lambda _, why: inbox.lose(str(why)))

    with pytest.raises(SessionLostError, match="could not be taken: MemoryError"), broker_errors():
        await consume(connection, Shards([topology.QUEUE]), 10, inbox)
        for _ in range(2):
            await asyncio.wait_for(inbox.take(), 10)
    await connection.close()
    monkeypatch.undo()

    async with await connected(vhost) as another:
        channel = await another.channel()
        queue = await channel.declare_queue(topology.QUEUE, passive=True)
        again = [(await queue.get()).message_id for _ in range(2)]
    assert again == ["first", "second"]


async def test_deliveries_without_pause_keep_the_connection(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that delivers sends no heartbeats; aiormq is told that it lives all the same."""
    monkeypatch.setattr("broker.connection.HEARTBEAT", 1)
    monkeypatch.setattr("aiormq.connection.Connection.HEARTBEAT_GRACE_MULTIPLIER", 1)
    async with await connected(vhost) as connection:
        await prepare(connection, [])
        publisher = await connected(vhost)
        channel = await publisher.channel(publisher_confirms=False)
        inbox = Inbox(batch_messages=1, batch_seconds=0)
        raw = await consume(connection, Shards([topology.QUEUE]), 0, inbox)
        end = time.monotonic() + 4  # twice of what it waits

        while time.monotonic() < end:
            await channel.default_exchange.publish(Message(b"{}"), topology.QUEUE)
            (message,) = await asyncio.wait_for(inbox.take(), 10)

        await raw.basic_ack(message.tag, multiple=True)
        assert not connection.is_closed
        await publisher.close()
