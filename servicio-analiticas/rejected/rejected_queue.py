"""
Goes once through `cola_analiticas.rechazados`.

Each message is taken, and acknowledged only after what replaces it has been confirmed: the
copy that goes to be counted, or, if it stays, a fresh copy at the end of the same queue
(requeueing would use up the deliveries that RabbitMQ 4 grants a message). A crash in between
leaves two copies, which count once if the message has an id. No message keeps the others back:
headers that can't be sent are left out, and one that still can't be published stays where it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from analytics_settings import Settings
from broker import topology
from broker.amqp_errors import describe
from broker.connection import connect
from broker.lenient_amqp import UNREADABLE
from decoding.event_decoding import MAX_BODY
from decoding.message import Message
from decoding.packed_body import unpacked_if_readable
from rejected.reinjection import Again
from rejected.sendable_headers import CLIENT, UNSENDABLE, sendable

PUBLISH_TIMEOUT = 15.0
PACKING_HEADER = "compression"  # kombu's
Choose = Callable[[Message], Again | None]


class Passed(NamedTuple):
    """What became of a rejected message."""

    message_id: str | None
    again: Again | None  # what was published of it to be counted; None: it stays
    left_out: list[str]  # headers that its copy lacks, since they can't be sent
    failure: str | None  # why it stays although it was to be counted, or is not even a copy


@asynccontextmanager
async def open_channel(settings: Settings) -> AsyncIterator[AbstractChannel]:
    """Confirmed publishes that fail when no queue takes them."""
    connection = await connect(settings, "rechazados")
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        await topology.declare_aside(channel)
        yield channel


async def go_through(channel: AbstractChannel, choose: Choose) -> AsyncIterator[Passed]:
    """Yield for each message that waits now what became of it."""
    queue = await channel.get_queue(topology.REJECTED_QUEUE)
    for _ in range(queue.declaration_result.message_count or 0):
        taken = await queue.get(fail=False)
        if taken is None:
            return
        yield await _passed_on(channel, taken, choose(_message(taken)))


async def _passed_on(
    channel: AbstractChannel, taken: AbstractIncomingMessage, chosen: Again | None
) -> Passed:
    """One that can't be published again stays; where not even that can be, unacknowledged."""
    failure = None
    if chosen is not None:
        copy, left_out = _copy(taken, chosen.body, chosen.message_id)
        if (failure := await _publish(channel, topology.EXCHANGE, copy)) is None:
            await taken.ack()
            return Passed(taken.message_id, chosen, left_out, None)
    copy, left_out = _copy(taken, taken.body, taken.message_id)
    not_kept = await _publish(channel, topology.REJECTED_EXCHANGE, copy)
    if not_kept is None:
        await taken.ack()
    return Passed(taken.message_id, None, left_out, failure or not_kept)


def _copy(
    original: AbstractIncomingMessage, body: bytes, message_id: str | None
) -> tuple[Mapping[str, Any], list[str]]:
    """Return the arguments of the message that replaces it, and the headers that it lost."""
    as_it_was = body is original.body
    not_copied = () if as_it_was else (PACKING_HEADER,)
    headers, left_out = sendable(
        {
            name: value
            for name, value in original.headers.items()
            if (not name.startswith("x-") or name == UNREADABLE) and name not in not_copied
        }
    )
    arguments = {
        "body": body,
        "headers": headers,
        "message_id": message_id,
        "app_id": original.app_id,
        "timestamp": original.timestamp,
        "content_type": original.content_type,
        "content_encoding": original.content_encoding if as_it_was else None,
    }
    return arguments, left_out


async def _publish(channel: AbstractChannel, exchange: str, copy: Mapping[str, Any]) -> str | None:
    """Return why it could not be published, None once the broker has confirmed it."""
    target = await channel.get_exchange(exchange, ensure=False)
    try:
        message = aio_pika.Message(**copy, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await target.publish(message, routing_key="", timeout=PUBLISH_TIMEOUT)
    except aiormq.DeliveryError:
        return f"the broker did not take it for {exchange}: a queue there is full, or there is none"
    except UNSENDABLE as error:
        return f"it can't be encoded: {describe(error)}"
    return None


def _message(taken: AbstractIncomingMessage) -> Message:
    header = taken.headers.get(CLIENT, taken.headers.get(UNREADABLE))
    body = unpacked_if_readable(taken.body, MAX_BODY)
    return Message(0, body, taken.message_id, header, taken.app_id)
