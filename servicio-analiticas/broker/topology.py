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
SET_ASIDE_QUEUE = "cola_analiticas.apartados"
"""A copy of all that is set aside, which the analytics reads to tell what the broker did."""
PROBE_EXCHANGE = "eventos_clientes.prueba"
PROBE_QUEUE = "cola_analiticas.prueba"

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
SET_ASIDE_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 1_000_000,
    "x-max-length-bytes": 1024**3,
    # Full, it makes the broker keep what it sets aside; dropping the oldest, it would hide it.
    "x-overflow": "reject-publish",
}
PROBE_ARGUMENTS: FieldTable = {"x-queue-type": "quorum", "x-max-length": 1}

QUEUES = {
    REJECTED_QUEUE: REJECTED_ARGUMENTS,
    SET_ASIDE_QUEUE: SET_ASIDE_ARGUMENTS,
    PROBE_QUEUE: PROBE_ARGUMENTS,
    QUEUE: QUEUE_ARGUMENTS,
}
EXCHANGES = {
    REJECTED_QUEUE: REJECTED_EXCHANGE,
    SET_ASIDE_QUEUE: REJECTED_EXCHANGE,
    PROBE_QUEUE: PROBE_EXCHANGE,
    QUEUE: EXCHANGE,
}


async def declare(channel: AbstractChannel) -> None:
    """Declare and bind everything; the analytics itself gives new queues time in between."""
    await declare_queues(channel)
    await bind_queues(channel)


async def declare_queues(channel: AbstractChannel) -> None:
    for exchange in EXCHANGES.values():
        await channel.declare_exchange(exchange, ExchangeType.FANOUT, durable=True)
    for name, arguments in QUEUES.items():
        await channel.declare_queue(name, durable=True, arguments=arguments)


async def bind_queues(channel: AbstractChannel) -> None:
    """The rejected side first, so that no message can miss it."""
    for name, exchange in EXCHANGES.items():
        queue = await channel.get_queue(name, ensure=False)
        await queue.bind(exchange)
