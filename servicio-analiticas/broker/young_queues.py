"""A new quorum queue gets no message before the broker would know it again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection

from analytics_settings import Settings
from broker import topology
from broker.amqp_errors import ConsumerGivesUpError
from broker.management import ask, is_there, of_queue
from broker.shards import MOST, PLUGIN, Shards, shards

TIMEOUT = 10.0  # to delete a queue without a leader takes the broker 5 s
MANAGEMENT_SECONDS = 3.0  # a node that starts may listen for AMQP first
MANAGEMENT_PAUSE = 0.1


class YoungQueues:
    """
    Declares the topology, over any number of connections.

    RabbitMQ 3.10 writes the membership of a new quorum queue to disk 0.9 s after its declaration.
    A node that is killed before that comes back with a queue that holds nothing of what it
    confirmed, and answers nothing. So a queue that was not there is bound only *settle_seconds*
    later: until then whoever publishes is told that no queue takes the message, and keeps it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._settle_seconds = settings.queue_settle_seconds
        self._young: set[str] = set()  # declared by us, never bound

    async def declare(self, connection: AbstractConnection, channel: AbstractChannel) -> Shards:
        """
        Return what is to be consumed.

        Raises ConsumerGivesUpError when something exists with other arguments, or can't exist.
        """
        wanted = shards(self._settings.colas)
        others = await further(self._settings, connection, len(wanted))
        try:
            await self._declare(connection, channel, others)
        except (aiormq.ConnectionCommandInvalid, aiormq.ChannelPreconditionFailed) as error:
            raise ConsumerGivesUpError(_what_to_do(str(error))) from None
        return Shards(wanted, others)

    async def _declare(
        self, connection: AbstractConnection, channel: AbstractChannel, others: Sequence[str]
    ) -> None:
        raw = await channel.get_underlay_channel()
        if self._young:  # the node may have died meanwhile, and the queue with it
            # 3.10 answers nothing for five minutes about a queue that is deleted just when the
            # node, which has started again, gives it its dead-letter worker.
            await asyncio.sleep(self._settle_seconds)
            for name in self._young:
                await raw.queue_delete(name, timeout=TIMEOUT)
        count = self._settings.colas
        wanted = topology.queues_with(shards(count))
        self._young.update(await missing(self._settings, connection, wanted))
        await topology.declare_queues(channel, count)
        if self._young:
            await asyncio.sleep(self._settle_seconds)
            await topology.declare_queues(channel, count)  # the same node still answers
            self._young.clear()
        await topology.bind_queues(channel, count, others)


def _what_to_do(refusal: str) -> str:
    if "unknown exchange type" in refusal:  # 3.10 ends the connection for it, 4.x the channel
        return (
            f"COLAS needs RabbitMQ's plugin {PLUGIN} ({refusal}). On each of its nodes:"
            f" rabbitmq-plugins enable {PLUGIN}"
        )
    return (
        f"a queue or exchange exists with other arguments than ours: {refusal}. Consume"
        " or move its messages, delete it, and start again; nothing was lost."
    )


async def missing(
    settings: Settings, connection: AbstractConnection, queues: Iterable[str]
) -> list[str]:
    """
    Those that are not there.

    Management is asked first: over AMQP such an answer is an error, in the broker's log too.
    """
    clock = asyncio.get_running_loop()
    end = clock.time() + MANAGEMENT_SECONDS if settings.rabbitmq_management_port else 0.0
    found = []
    for name in queues:
        there = await _is_managed(settings, name, end)
        if there is None:
            there = await _exists(connection, name)
        if not there:
            found.append(name)
    return found


async def further(settings: Settings, connection: AbstractConnection, count: int) -> list[str]:
    """Queues that are there beyond the first *count*: events go to them, or went there once."""
    found: list[str] = []
    for name in shards(MOST)[count:]:
        if await missing(settings, connection, [name]):
            break
        found.append(name)
    return found


async def _is_managed(settings: Settings, queue: str, end: float) -> bool | None:
    """Whether management knows the queue; None when it does not say so until *end*."""
    while asyncio.get_running_loop().time() < end:
        answer = await asyncio.to_thread(ask, settings, of_queue(settings, queue, "name"))
        if answer is not None:
            return is_there(answer, queue)
        await asyncio.sleep(MANAGEMENT_PAUSE)
    return None


async def _exists(connection: AbstractConnection, queue: str) -> bool:
    channel = await connection.channel(publisher_confirms=False)
    raw = await channel.get_underlay_channel()
    try:
        await raw.queue_declare(queue, passive=True, timeout=TIMEOUT)
    except aiormq.ChannelNotFoundEntity:
        return False
    await channel.close()
    return True
