"""The channel on which the messages of a queue arrive."""

from __future__ import annotations

import asyncio

from aiormq.abc import AbstractChannel as RawChannel
from aiormq.abc import DeliveredMessage
from pamqp import commands as spec

from broker.amqp_errors import SessionLostError, describe
from broker.delivery_transport import BulkConnection
from broker.shards import Shards
from consuming.inbox import Inbox

# RabbitMQ 4.3 does so also when an acknowledgement is late, where earlier ones close the channel.
CANCELLED = "cancelled by the broker: the queue is gone, or an acknowledgement came too late"


async def consume(
    connection: BulkConnection, queues: Shards, prefetch: int, inbox: Inbox
) -> RawChannel:
    """
    Have the messages of *queues* delivered to *inbox*, which is told when the channel is lost.

    On one channel, so that an acknowledgement is of all that came before it, whatever its queue.
    No more than *prefetch* are on their way, an equal share of each queue.
    """
    if connection.transport is None:
        raise SessionLostError("the connection is closed already")
    raw = await connection.transport.connection.channel(publisher_confirms=False)

    def lost(closing: asyncio.Future[object]) -> None:
        inbox.lose(describe(None if closing.cancelled() else closing.exception()))

    async def passed_by(delivered: DeliveredMessage) -> None:
        inbox.lose(f"delivery {delivered.delivery_tag} came past the stream")

    def cancelled(frame: spec.Basic.Cancel) -> None:
        if frame.consumer_tag is None or frame.consumer_tag in queues.wanted:
            inbox.lose(CANCELLED)
        else:
            queues.cancelled.add(frame.consumer_tag)  # the queue's watch finds out why

    raw.closing.add_done_callback(lost)
    raw.on_consumer_cancel_callbacks.add(cancelled)
    await raw.basic_qos(prefetch_count=-(-prefetch // len(queues)))
    connection.deliver(raw.number, inbox.receive)
    for queue in [*queues]:
        await raw.basic_consume(queue, passed_by, consumer_tag=queue)
    return raw
