"""Fills the queue with messages that take a while to count: one event each."""

from __future__ import annotations

import asyncio
import json
import time

import aio_pika

from tests.broker_stack import VirtualHost
from tests.foreign_publisher import EXCHANGE

QUEUE = "cola_analiticas"
AT_ONCE = 500
TOP_UP = 5_000


async def publish_backlog(vhost: VirtualHost, messages: int, names: list[str]) -> None:
    """Publish *messages* of now, by turns of each client; return when the broker has them safe."""
    connection = await aio_pika.connect(vhost.url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        for start in range(0, messages, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, messages))
            events = (_message(names[n % len(names)]) for n in numbers)
            await asyncio.gather(*(exchange.publish(event, routing_key="") for event in events))


async def keep_backlog(vhost: VirtualHost, messages: int, names: list[str]) -> None:
    """Publish whenever fewer than *messages* wait, until cancelled: a slow machine takes longer."""
    connection = await aio_pika.connect(vhost.url)
    async with connection:
        channel = await connection.channel()
        while True:
            queue = await channel.declare_queue(QUEUE, passive=True)
            if (queue.declaration_result.message_count or 0) < messages:
                await publish_backlog(vhost, TOP_UP, names)
            await asyncio.sleep(1)


def _message(cliente: str) -> aio_pika.Message:
    now = time.time()
    event = {"cliente": cliente, "evento": "atraso", "timestamp": now}
    return aio_pika.Message(
        json.dumps(event).encode(),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        timestamp=now,
    )
