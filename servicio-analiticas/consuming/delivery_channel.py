"""The channel on which the messages of a queue arrive."""

from __future__ import annotations

import asyncio

from aiormq.abc import AbstractChannel as RawChannel
from aiormq.abc import DeliveredMessage

from broker.amqp_errors import SessionLostError, describe
from broker.delivery_transport import BulkConnection
from consuming.inbox import Inbox

# RabbitMQ 4.3 does so also when an acknowledgement is late, where earlier ones close the channel.
CANCELLED = "cancelled by the broker: the queue is gone, or an acknowledgement came too late"


async def consume(
    connection: BulkConnection, queue: str, prefetch: int, inbox: Inbox
) -> RawChannel:
    """Have the messages of *queue* delivered to *inbox*, which is told when the channel is lost."""
    if connection.transport is None:
        raise SessionLostError("the connection is closed already")
    raw = await connection.transport.connection.channel(publisher_confirms=False)

    def lost(closing: asyncio.Future[object]) -> None:
        inbox.lose(describe(None if closing.cancelled() else closing.exception()))

    async def passed_by(delivered: DeliveredMessage) -> None:
        inbox.lose(f"delivery {delivered.delivery_tag} came past the stream")

    raw.closing.add_done_callback(lost)
    raw.on_consumer_cancel_callbacks.add(lambda _: inbox.lose(CANCELLED))
    await raw.basic_qos(prefetch_count=prefetch)
    connection.deliver(raw.number, inbox.receive)
    await raw.basic_consume(queue, passed_by)
    return raw
