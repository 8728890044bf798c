"""Queues that several services share: a job declares them (topologia.py), and nobody else."""

from __future__ import annotations

from aio_pika.abc import AbstractChannel, AbstractConnection

from analytics_settings import Settings
from broker import topology
from broker.amqp_errors import NoQueueError
from broker.shards import Shards
from broker.young_queues import further, missing


class FoundQueues:
    """In the place of YoungQueues, which may delete what another service has bound meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def declare(self, connection: AbstractConnection, channel: AbstractChannel) -> Shards:
        """
        Declare nothing, and return what is to be consumed: as many as there are.

        Raises NoQueueError while a queue is not there.
        """
        if gone := await missing(self._settings, connection, topology.QUEUES):
            raise NoQueueError(
                f"there is no queue {gone[0]}: `python topologia.py` declares what several"
                " analytics share"
            )
        return Shards([topology.QUEUE], await further(self._settings, connection, 1))
