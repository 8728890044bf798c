"""
The exchanges and queues, with the same constant arguments wherever they are declared.

A declaration with other arguments than the existing ones ends the channel, so whatever an
operator may want to change later belongs into a broker policy, not here.
"""

from __future__ import annotations

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel
from pamqp.common import FieldTable

EXCHANGE = "eventos_clientes"
QUEUE = "cola_analiticas"
REJECTED_EXCHANGE = "eventos_clientes.rechazados"
REJECTED_QUEUE = "cola_analiticas.rechazados"

QUEUE_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    # RabbitMQ 4 drops a good message after 20 deaths of its consumer, and 3.10 takes -1 ("no
    # limit" in 4.x) for "none at all". One value that means the same to both.
    "x-delivery-limit": 1_000_000,
    "x-dead-letter-exchange": REJECTED_EXCHANGE,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",  # at-least-once dead-lettering demands it
}
REJECTED_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    "x-max-length-bytes": 1024**3,
}


async def declare(channel: AbstractChannel) -> None:
    """Declare everything; the rejected side first, so that no message can miss it."""
    rejected = await channel.declare_exchange(REJECTED_EXCHANGE, ExchangeType.FANOUT, durable=True)
    bin_ = await channel.declare_queue(REJECTED_QUEUE, durable=True, arguments=REJECTED_ARGUMENTS)
    await bin_.bind(rejected)
    exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(QUEUE, durable=True, arguments=QUEUE_ARGUMENTS)
    await queue.bind(exchange)
