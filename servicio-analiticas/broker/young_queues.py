"""A new quorum queue gets no message before the broker would know it again after a crash."""

from __future__ import annotations

import asyncio

import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection

from broker import topology

TIMEOUT = 10.0  # to delete a queue without a leader takes the broker 5 s


class YoungQueues:
    """
    Declares the topology, over any number of connections.

    RabbitMQ 3.10 writes the membership of a new quorum queue to disk 0.9 s after its declaration.
    A node that is killed before that comes back with a queue that holds nothing of what it
    confirmed, and answers nothing. So a queue that was not there is bound only *settle_seconds*
    later: until then whoever publishes is told that no queue takes the message, and keeps it.
    """

    def __init__(self, settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._young: set[str] = set()  # declared by us, never bound

    async def declare(self, connection: AbstractConnection, channel: AbstractChannel) -> None:
        """Raises ChannelPreconditionFailed when something exists with other arguments."""
        raw = await channel.get_underlay_channel()
        if self._young:  # the node may have died meanwhile, and the queue with it
            # 3.10 answers nothing for five minutes about a queue that is deleted just when the
            # node, which has started again, gives it its dead-letter worker.
            await asyncio.sleep(self._settle_seconds)
            for name in self._young:
                await raw.queue_delete(name, timeout=TIMEOUT)
        for name in topology.QUEUES:
            if not await _exists(connection, name):
                self._young.add(name)
        await topology.declare_queues(channel)
        if self._young:
            await asyncio.sleep(self._settle_seconds)
            await topology.declare_queues(channel)  # the same node still answers
            self._young.clear()
        await topology.bind_queues(channel)


async def _exists(connection: AbstractConnection, queue: str) -> bool:
    channel = await connection.channel(publisher_confirms=False)
    raw = await channel.get_underlay_channel()
    try:
        await raw.queue_declare(queue, passive=True, timeout=TIMEOUT)
    except aiormq.ChannelNotFoundEntity:
        return False
    await channel.close()
    return True
