"""
One queue's work shared out among several, where one alone carries too little.

The first of them is `cola_analiticas`, with the same arguments as all. A message goes to one of
them by its id, so that its copies meet; those without an id all go to the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import FieldTable

EXCHANGE = "eventos_clientes"
QUEUE = "cola_analiticas"
SHARING_EXCHANGE = "eventos_clientes.reparto"
KIND = ExchangeType.X_CONSISTENT_HASH
SHARING_ARGUMENTS: FieldTable = {"hash-property": "message_id"}
PLUGIN = "rabbitmq_consistent_hash_exchange"
WEIGHT = "1"  # of each queue, as a binding key
MOST = 32
_NAME = re.compile(re.escape(QUEUE) + r"(\.[0-9]+)?")


def shards(count: int) -> list[str]:
    return [QUEUE, *(f"{QUEUE}.{n}" for n in range(2, count + 1))]


def is_shard(queue: object) -> bool:
    return isinstance(queue, str) and _NAME.fullmatch(queue) is not None


@dataclass(slots=True)
class Shards:
    """
    Queues that are consumed together.

    *wanted* must be there. *others* are there as well; whoever deletes one has emptied it before.
    *cancelled*: others that deliver no more, for the broker said so.
    """

    wanted: Sequence[str]
    others: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[str]:
        yield from self.wanted
        yield from self.others

    def __len__(self) -> int:
        return len(self.wanted) + len(self.others)


async def wire(channel: AbstractChannel, count: int, others: Sequence[str]) -> None:
    """
    Let events go to the first *count* queues, and no more to the *others*.

    Whatever the wiring was, after each step a message goes to a queue, and to one alone: the
    broker puts it only once into a queue to which two ways lead. What has no id would be counted
    in each of two.
    """
    first = await channel.get_queue(QUEUE, ensure=False)
    if count == 1 and not others:
        await first.bind(EXCHANGE)
        return
    further = [await channel.get_queue(name, ensure=False) for name in shards(count)[1:]]
    former = [await channel.get_queue(name, ensure=False) for name in others]
    if further:
        await _share_out(channel, first, further)
    for queue in former:
        await queue.unbind(SHARING_EXCHANGE, WEIGHT)
    if not further:
        await _give_back(channel, first)


async def _share_out(
    channel: AbstractChannel, first: AbstractQueue, further: Sequence[AbstractQueue]
) -> None:
    sharing = await channel.declare_exchange(
        SHARING_EXCHANGE,
        KIND,
        durable=True,
        internal=True,
        arguments=SHARING_ARGUMENTS,
    )
    await first.bind(sharing, WEIGHT)
    await sharing.bind(EXCHANGE)
    await first.unbind(EXCHANGE)
    for queue in further:
        await queue.bind(sharing, WEIGHT)


async def _give_back(channel: AbstractChannel, first: AbstractQueue) -> None:
    """No other queue is left behind the exchange that shares out."""
    await first.bind(EXCHANGE)
    sharing: AbstractExchange = await channel.get_exchange(SHARING_EXCHANGE, ensure=False)
    await sharing.unbind(EXCHANGE)
