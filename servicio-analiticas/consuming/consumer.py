"""
Takes messages from `cola_analiticas`, and from those that share the events with it, and tells the
broker what became of each.

The order is always: commit, then reject each bad message, then acknowledge the rest with one
`multiple` ack. Whatever happens in between, an unacknowledged message comes again and its id
tells that it was counted. Delivery tags die with their channel, so a session that is lost
takes its unacknowledged messages with it; nothing of it is carried over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel as RawChannel

from analytics_settings import Settings
from broker.amqp_errors import (
    ConsumerGivesUpError,
    NoQueueError,
    describe,
    gravest,
    nobody_listens,
)
from broker.connection import Retries, close, connect
from broker.delivery_transport import BulkConnection
from broker.found_queues import FoundQueues
from broker.shards import Shards
from broker.young_queues import YoungQueues
from comun.broker_nodes import BrokerNode
from consuming.delivery_channel import consume
from consuming.inbox import Inbox
from consuming.queue_watch import QueueWatch
from consuming.store_writer import StoreWriter
from counting.totals import Committed
from decoding.message import Message
from live.announcer import Announcer
from live.live import Live
from storing.store import Store

LOG = logging.getLogger("analiticas.consumer")
STARTING_SECONDS = 60.0  # in which a broker that is not there yet is no warning
OPEN_TIMEOUT = 30.0  # until consuming; a queue without a leader answers nothing at all


class Consumer:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        writer: StoreWriter,
        live: Live,
        declared: Callable[[], None],
    ) -> None:
        """*declared* is called once the topology is there, or could not be declared."""
        self._settings, self._live, self._declared = settings, live, declared
        self._store, self._writer, self._announcer = store, writer, Announcer(live, store.others)
        self._stop = asyncio.Event()
        self._retries = Retries(self._stop)
        self._inbox: Inbox | None = None
        self._opening: asyncio.Timeout | None = None
        self._queues = FoundQueues(settings) if store.others else YoungQueues(settings)
        self._queue_watch = QueueWatch(live, settings.prefetch)
        self._starting = True
        self._hushed = False  # it was told, and not as a warning
        self._missing = False  # a queue, at the last try
        self._began = time.monotonic()

    def stop(self) -> None:
        """Finish the batch in hand, then end `run`."""
        self._stop.set()
        if self._inbox:
            self._inbox.stop()
        if self._opening:  # a frozen broker must not hold us up
            self._opening.reschedule(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Consume until stopped, through any number of connections."""
        await self._retries.run(self._session, self._lost)

    def _lost(self, error: BaseException) -> None:
        self._tell(error)
        self._live.vitals.broker_is("reconectando")

    def _tell(self, error: BaseException) -> None:
        """Once; and again, as a warning, when the first start of both takes too long."""
        young = self._starting and time.monotonic() - self._began < STARTING_SECONDS
        missing = isinstance(error, NoQueueError)
        expected = young and (missing or nobody_listens(error))
        first = self._live.vitals.consuming or self._retries.failures == 1
        first, self._missing = first or (missing and not self._missing), missing
        if first or (self._hushed and not expected):
            self._hushed = expected
            level = logging.INFO if expected else logging.WARNING
            LOG.log(level, "no connection to the broker: %s; trying again", describe(error))

    async def _session(self) -> None:
        nodes = len(self._settings.nodes)
        async with self._opened(OPEN_TIMEOUT * nodes):
            connection = await connect(self._settings, "servicio-analiticas")
        try:
            inbox = Inbox(self._settings.batch_messages, self._settings.batch_seconds)
            connection.close_callbacks.add(lambda _, why: inbox.lose(describe(why)))
            async with self._opened(OPEN_TIMEOUT):
                raw, queues = await self._subscribe(connection, inbox)
            self._started(inbox, queues, at=_place(connection) if nodes > 1 else "")
            async with asyncio.TaskGroup() as tasks:
                gauge = tasks.create_task(self._queue_watch.run(connection, inbox, queues))
                try:
                    await self._count_all(inbox, raw)
                finally:
                    inbox.stop()  # the gauge may miss that it is cancelled
                    gauge.cancel()
        except BaseExceptionGroup as group:
            raise gravest(group) from None
        finally:
            self._inbox = None
            await close(connection)

    @asynccontextmanager
    async def _opened(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError, which is a lost connection, after a while or when told to stop."""
        try:
            async with asyncio.timeout(seconds) as self._opening:
                yield
        finally:
            self._opening = None

    async def _subscribe(
        self, connection: BulkConnection, inbox: Inbox
    ) -> tuple[RawChannel, Shards]:
        channel = await connection.channel(publisher_confirms=False)
        try:
            queues = await self._queues.declare(connection, channel)
        except ConsumerGivesUpError:
            raise
        except BaseException:
            self._declared()  # or not: whoever uses it finds out what is wrong
            raise
        self._declared()
        await channel.close()
        return await consume(connection, queues, self._settings.prefetch, inbox), queues

    def _started(self, inbox: Inbox, queues: Shards, at: str) -> None:
        self._inbox = inbox
        if self._stop.is_set():
            inbox.stop()
        self._retries.worked()
        self._starting = False
        self._live.vitals.broker_is("conectado")
        self._live.vitals.shards_seen = len(queues)
        LOG.info("listo: consuming %s%s", ", ".join(queues), at)

    async def _count_all(self, inbox: Inbox, raw: RawChannel) -> None:
        while batch := await inbox.take():
            with self._live.batch_under_way():
                committed = await self._writer.write(self._store.apply, batch, self._stop)
            if committed is None:
                return
            self._writer.worked()
            self._announcer.tell(committed, batch[-1].timestamp)
            inbox.check()  # while the store was paused, say; its tags are worth nothing then
            await settle(raw, batch, committed)
            inbox.unsettled -= len(batch)


def _place(connection: BulkConnection) -> str:
    return f" at {BrokerNode(connection.url.host or '', connection.url.port or 0)}"


async def settle(raw: RawChannel, batch: Sequence[Message], committed: Committed) -> None:
    """Tell the broker what became of each message."""
    rejected = committed.counted.to_reject
    for tag in rejected:
        await raw.basic_reject(tag, requeue=False, wait=False)
    good = [message.tag for message in batch if message.tag not in rejected]
    if good:
        await raw.basic_ack(good[-1], multiple=True)
