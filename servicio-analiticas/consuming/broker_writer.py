"""
All that the analytics publish, on a connection of its own, since an alarm holds that one back.

A probe every 2 s says whether the broker still writes at all: the log of RabbitMQ's quorum
queues dies of a full disk, and from then on the node confirms nothing, or refuses everything,
while consumers and the management page see nothing wrong; 4.3 also lets nobody in any more.
Copies (aside/copies.py) are set aside.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import time
from collections.abc import Sequence

import aio_pika
import aiormq
from aio_pika.abc import AbstractConnection, AbstractExchange

from aside.aside_store import AsideStore
from aside.copies import Copy
from broker import topology
from broker.amqp_errors import SessionLostError
from comun.waiting import set_within
from consuming.broker_sessions import Sessions
from consuming.store_writer import StoreWriter
from consuming.write_probe import LoginProbe, WriteProbe
from database.failures import StoreUnavailableError
from live.live import Live
from storing.store_thread import StoreThread

LOG = logging.getLogger("analiticas.escritura")
PROBE_SECONDS = 2.0
DOUBT_SECONDS = 1.0  # between two probes while it takes none
PUBLISH_TIMEOUT = 3.0
COPIES_AT_ONCE = 20
LOGIN_REFUSED = aiormq.ProbableAuthenticationError
PERSISTENT = aio_pika.DeliveryMode.PERSISTENT


class BrokerWriter:
    def __init__(
        self,
        sessions: Sessions,
        store: AsideStore,
        thread: StoreThread,
        writer: StoreWriter,
        live: Live,
    ) -> None:
        self._sessions, self._store = sessions, store
        self._thread, self._writer = thread, writer
        self._vitals, self._copies_wait = live.vitals, live.copies_wait
        self._probe, self._logins = WriteProbe(), LoginProbe()
        self._tried_again = False  # after refusals, by another connection

    def stop(self) -> None:
        self._sessions.stop()
        self._copies_wait.set()

    async def run(self) -> None:
        await self._sessions.run(self._session, self._unopened)

    def _unopened(self, error: Exception) -> None:
        if isinstance(error, LOGIN_REFUSED):
            if self._logins.refused(time.monotonic()):
                self._refuses("every login, those that it took before too")
        elif not isinstance(error, TimeoutError):  # which a dying node has as well
            self._logins.away()
            self._vitals.escritura = None

    async def _session(self, connection: AbstractConnection) -> None:
        self._probe, self._vitals.escritura = WriteProbe(), None
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            probe = await channel.get_exchange(topology.PROBE_EXCHANGE, ensure=False)
            aside = await channel.get_exchange(topology.REJECTED_EXCHANGE, ensure=False)
            while not self._sessions.stopping.is_set():
                if await self._look(connection, probe):
                    await self._set_aside(aside)
                    await set_within(self._copies_wait, PROBE_SECONDS)
                else:
                    await set_within(self._sessions.stopping, DOUBT_SECONDS)
        finally:
            self._vitals.escritura = None

    async def _look(self, connection: AbstractConnection, exchange: AbstractExchange) -> bool:
        """Publish something that nobody needs, and say what came of it. Raises TimeoutError."""
        self._logins.published()
        try:
            await _publish(exchange, aio_pika.Message(b"", delivery_mode=PERSISTENT))
        except TimeoutError:
            if not await self._held_up(connection):
                # A node whose log died says nothing on a connection from before, and refuses on
                # a new one. One that is slow, or frozen, refuses nothing there either.
                raise
            return False
        except aiormq.PublishError:
            self._logins.answered()
            return False  # its queue is new, and not bound yet
        except aiormq.DeliveryError:
            if self._probe.refused(time.monotonic()):
                self._try_again()
                self._refuses("every publish")
            return False
        self._probe.taken()
        self._tried_again = False
        self._logins.answered()
        self._sessions.worked()
        self._vitals.escritura = "ok"
        return True

    def _try_again(self) -> None:
        """
        Another connection is tried first. Raises SessionLostError.

        RabbitMQ 3.10 refuses for ever on a channel that was opened in the moment after a node's
        death or start in which a queue has no leader.
        """
        if not self._tried_again:
            self._tried_again = True
            raise SessionLostError("the broker refuses every publish of this connection")

    def _refuses(self, what: str) -> None:
        if self._vitals.escritura != "rechazada":
            self._vitals.refusals += 1
            LOG.error(
                "the broker refuses %s: its disk was full, and its log died of it."
                " Only a restart helps; `make run` and compose do it by themselves. What it"
                " confirmed is safe, and publishers keep the rest.",
                what,
            )
        self._vitals.escritura = "rechazada"

    async def _set_aside(self, exchange: AbstractExchange) -> None:
        """Publish all copies, and forget those that the broker has confirmed."""
        stop = self._sessions.stopping
        self._copies_wait.clear()
        while not stop.is_set():
            try:
                copies, waiting = await self._thread.run(self._store.copies, COPIES_AT_ONCE)
            except StoreUnavailableError:
                return  # counting tells of it, and they wait
            self._vitals.copies = waiting
            done = await _published(exchange, copies)
            if not done or await self._writer.write(self._store.forget_copies, done, stop) is None:
                return

    async def _held_up(self, connection: AbstractConnection) -> bool:
        """Wait as long as an alarm of the broker holds publishers up; return whether one did."""
        held_up = False
        while await is_blocked(connection) and not self._sessions.stopping.is_set():
            self._vitals.escritura, held_up = "bloqueada", True
            await set_within(self._sessions.stopping, DOUBT_SECONDS)
        return held_up


async def is_blocked(connection: AbstractConnection) -> bool:
    """Whether the broker said, and did not take back, that an alarm holds publishers up."""
    if connection.is_closed or connection.transport is None:
        return False
    try:
        async with asyncio.timeout(0):
            await connection.transport.connection.ready()
    except TimeoutError:
        return True
    return False


async def _published(exchange: AbstractExchange, copies: Sequence[Copy]) -> list[int]:
    """Return those that the broker has safe."""
    async with asyncio.TaskGroup() as group:
        taken = [group.create_task(_is_taken(exchange, copy)) for copy in copies]
    return [copy.n for copy, each in zip(copies, taken, strict=True) if each.result()]


async def _is_taken(exchange: AbstractExchange, copy: Copy) -> bool:
    try:
        await _publish(exchange, amqp(copy))
    except aiormq.DeliveryError:
        return False
    return True


async def _publish(exchange: AbstractExchange, message: aio_pika.Message) -> None:
    await exchange.publish(message, routing_key="", mandatory=True, timeout=PUBLISH_TIMEOUT)


def amqp(copy: Copy) -> aio_pika.Message:
    """What tells who sent it, and nothing that would make the broker do something with it."""
    sent = copy.sent and datetime.datetime.fromtimestamp(copy.sent, tz=datetime.UTC)
    return aio_pika.Message(
        copy.body,
        message_id=copy.message_id,
        app_id=copy.app_id,
        timestamp=sent,
        headers=None if copy.client is None else {"X-Client-Name": copy.client},
        delivery_mode=PERSISTENT,
    )
