"""Counting keeps up however long the turns of a loop are that it shares with others."""

import asyncio
import time

import aio_pika
import pytest
from aio_pika import Message

from broker import topology
from broker.amqp_errors import SessionLostError
from consuming.counting_channel import open_counting_channel
from consuming.inbox import Inbox
from tests.broker_stack import VirtualHost

MESSAGES = 900
TURN = 0.01  # seconds that others take of each
MOST_TURNS = 100  # ten frames in each would take 270 turns


async def prepare(connection: aio_pika.abc.AbstractConnection) -> None:
    channel = await connection.channel(publisher_confirms=True)
    await channel.declare_queue(topology.QUEUE)
    empty = (
        channel.default_exchange.publish(Message(b"{}"), topology.QUEUE) for _ in range(MESSAGES)
    )
    await asyncio.gather(*empty)


async def test_a_turn_takes_many_messages(vhost: VirtualHost) -> None:
    """A backlog is handed over in a few turns, though each of them keeps the loop for long."""
    async with await aio_pika.connect(vhost.url) as connection:
        await prepare(connection)
        inbox, turns = Inbox(batch_messages=MESSAGES, batch_seconds=60), 0
        raw = await open_counting_channel(connection, MESSAGES, inbox)

        await raw.basic_consume(topology.QUEUE, inbox.receive)
        while inbox.delivered < MESSAGES and turns < 10 * MOST_TURNS:
            time.sleep(TURN)  # noqa: ASYNC251 - the others
            await asyncio.sleep(0)
            turns += 1

        assert inbox.delivered == MESSAGES
        assert turns <= MOST_TURNS
        inbox.stop()


async def test_a_lost_channel_is_told(vhost: VirtualHost) -> None:
    """When the broker closes the channel, the inbox holds nothing that could be acknowledged."""
    async with await aio_pika.connect(vhost.url) as connection:
        inbox = Inbox(batch_messages=1, batch_seconds=60)
        raw = await open_counting_channel(connection, 1, inbox)

        await raw.basic_ack(77, wait=False)  # unknown: PRECONDITION_FAILED

        with pytest.raises(SessionLostError, match="unknown delivery tag"):
            await asyncio.wait_for(inbox.take(), 10)
