"""Fills the queue with messages that take a while to count: thousands of events each."""

from __future__ import annotations

import asyncio
import gzip
import json
import time

import aio_pika

from tests.broker_stack import VirtualHost
from tests.foreign_publisher import EXCHANGE

QUEUE = "cola_analiticas"
EVENTS = 10_000  # a message: some 15 ms of counting, and less than a hundredth of that to publish
AT_ONCE = 50


async def publish_backlog(
    vhost: VirtualHost,
    messages: int,
    names: list[str],
    events: int = EVENTS,
    sent: float | None = None,
) -> None:
    """
    Publish *messages*, by turns of each client; return when the broker has them safe.

    They say that they were *sent* then, else now.
    """
    connection = await aio_pika.connect(vhost.url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        bodies = [_body(name, events) for name in names]
        for start in range(0, messages, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, messages))
            batch = (_message(bodies[n % len(bodies)], sent or time.time()) for n in numbers)
            await asyncio.gather(*(exchange.publish(each, routing_key="") for each in batch))


async def keep_backlog(
    vhost: VirtualHost, messages: int, names: list[str], sent: float | None = None
) -> None:
    """Publish whenever fewer than *messages* wait, until cancelled."""
    connection = await aio_pika.connect(vhost.url)
    async with connection:
        channel = await connection.channel()
        while True:
            queue = await channel.declare_queue(QUEUE, passive=True)
            if (queue.declaration_result.message_count or 0) < messages:
                await publish_backlog(vhost, messages, names, sent=sent)
            await asyncio.sleep(0.1)


def _body(cliente: str, events: int) -> bytes:
    event = {"cliente": cliente, "evento": "atraso", "timestamp": time.time()}
    return gzip.compress(json.dumps([event] * events).encode(), compresslevel=1)


def _message(body: bytes, sent: float) -> aio_pika.Message:
    return aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, timestamp=sent)
