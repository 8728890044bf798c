"""
The exchanges and queues, with the same constant arguments wherever they are declared.

A declaration with other arguments than the existing ones ends the channel, so whatever an
operator may want to change later belongs into a broker policy, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel
from pamqp.common import FieldTable

from broker.shards import EXCHANGE, QUEUE, shards, wire

__all__ = ["EXCHANGE", "QUEUE"]

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

ASIDE: Mapping[str, FieldTable] = {
    REJECTED_QUEUE: REJECTED_ARGUMENTS,
    SET_ASIDE_QUEUE: SET_ASIDE_ARGUMENTS,
    PROBE_QUEUE: PROBE_ARGUMENTS,
}
ASIDE_EXCHANGES = {
    REJECTED_QUEUE: REJECTED_EXCHANGE,
    SET_ASIDE_QUEUE: REJECTED_EXCHANGE,
    PROBE_QUEUE: PROBE_EXCHANGE,
}


def queues_with(counted: Iterable[str]) -> dict[str, FieldTable]:
    """All queues, *counted* being those that events go to, with their arguments."""
    return {**ASIDE, **dict.fromkeys(counted, QUEUE_ARGUMENTS)}


QUEUES = queues_with([QUEUE])
"""As long as nobody asks for more."""


async def declare(channel: AbstractChannel) -> None:
    """Declare and bind everything; the analytics itself gives new queues time in between."""
    await declare_queues(channel)
    await bind_queues(channel)


async def declare_aside(channel: AbstractChannel) -> None:
    """What messages are set aside to. How events get to be counted is not the caller's to say."""
    await _declare(channel, ASIDE)
    await _bind_aside(channel, ASIDE)


async def declare_queues(channel: AbstractChannel, count: int = 1) -> None:
    """*count*: queues that events go to."""
    await _declare(channel, queues_with(shards(count)))


async def bind_queues(channel: AbstractChannel, count: int = 1, others: Sequence[str] = ()) -> None:
    """
    The rejected side first, so that no message can miss it.

    Last what matters least: under Mnesia a node that is killed forgets the newest binding, for
    up to 2 s or until the next is written. *others*: queues that events went to, and no longer do.
    """
    await _bind_aside(channel, (REJECTED_QUEUE, SET_ASIDE_QUEUE))
    await wire(channel, count, others)
    await _bind_aside(channel, (PROBE_QUEUE,))


async def _declare(channel: AbstractChannel, queues: Mapping[str, FieldTable]) -> None:
    for exchange in (*ASIDE_EXCHANGES.values(), EXCHANGE):
        await channel.declare_exchange(exchange, ExchangeType.FANOUT, durable=True)
    for name, arguments in queues.items():
        await channel.declare_queue(name, durable=True, arguments=arguments)


async def _bind_aside(channel: AbstractChannel, names: Iterable[str]) -> None:
    for name in names:
        queue = await channel.get_queue(name, ensure=False)
        await queue.bind(ASIDE_EXCHANGES[name])
