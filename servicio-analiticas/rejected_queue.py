"""
Goes once through `cola_analiticas.rechazados`.

Each message is taken, and acknowledged only after what replaces it has been confirmed: the
copy that goes to be counted, or, if it stays, a fresh copy at the end of the same queue
(requeueing would use up the deliveries that RabbitMQ 4 grants a message). A crash in between
leaves two copies, which count once if the message has an id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

import topology
from analytics_settings import Settings
from broker_sessions import connect
from counting import Message
from event_decoding import MAX_BODY
from lenient_amqp import UNREADABLE
from packed_body import unpacked_if_readable
from reinjection import Again

PUBLISH_TIMEOUT = 15.0
PACKING_HEADER = "compression"  # kombu's
Choose = Callable[[Message], Again | None]


@asynccontextmanager
async def open_channel(settings: Settings) -> AsyncIterator[AbstractChannel]:
    """Confirmed publishes that fail when no queue takes them."""
    connection = await connect(settings, "rechazados")
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        await topology.declare(channel)
        yield channel


async def go_through(channel: AbstractChannel, choose: Choose) -> AsyncIterator[Again | None]:
    """Yield for each message that waits now what was published again of it, None if it stays."""
    queue = await channel.get_queue(topology.REJECTED_QUEUE)
    for _ in range(queue.declaration_result.message_count or 0):
        taken = await queue.get(fail=False)
        if taken is None:
            return
        chosen = choose(_message(taken))
        if chosen is None:
            await _publish(channel, topology.REJECTED_EXCHANGE, taken, taken.body, taken.message_id)
        else:
            await _publish(channel, topology.EXCHANGE, taken, chosen.body, chosen.message_id)
        await taken.ack()
        yield chosen


async def _publish(
    channel: AbstractChannel,
    exchange: str,
    original: AbstractIncomingMessage,
    body: bytes,
    message_id: str | None,
) -> None:
    as_it_was = body is original.body
    left_out = () if as_it_was else (PACKING_HEADER,)
    headers = {
        k: v for k, v in original.headers.items() if not k.startswith("x-") and k not in left_out
    }
    copy = aio_pika.Message(
        body,
        headers=headers,
        message_id=message_id,
        app_id=original.app_id,
        timestamp=original.timestamp,
        content_type=original.content_type,
        content_encoding=original.content_encoding if as_it_was else None,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(copy, routing_key="", timeout=PUBLISH_TIMEOUT)


def _message(taken: AbstractIncomingMessage) -> Message:
    header = taken.headers.get("X-Client-Name", taken.headers.get(UNREADABLE))
    body = unpacked_if_readable(taken.body, MAX_BODY)
    return Message(0, body, taken.message_id, header, taken.app_id)
