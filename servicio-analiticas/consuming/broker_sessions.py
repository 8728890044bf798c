"""Connections to the broker beside the one that counts: opened again and again until stopped."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

import aio_pika
from aio_pika.abc import AbstractConnection

from analytics_settings import Settings
from broker.amqp_errors import SessionLostError, broker_errors, cancelled_by_us, describe, gravest
from comun.waiting import set_within
from live.live import Vitals

LOG = logging.getLogger("analiticas.broker")
HEARTBEAT = 10  # seconds; a frozen broker is noticed after about three of them
CONNECT_TIMEOUT = 10.0
CLOSE_TIMEOUT = 3.0
STOP_TIMEOUT = 2.0  # for a session that hangs on a frozen broker
MAX_RETRY_DELAY = 5.0
TOLD_AFTER = 3  # failures in a row, while the connection that counts is well

Session = Callable[[AbstractConnection], Awaitable[None]]
Unopened = Callable[[Exception], None]
"""Is told why there is no connection."""


async def connect(settings: Settings, name: str) -> AbstractConnection:
    return await aio_pika.connect(
        host=settings.rabbitmq_host,
        port=settings.rabbitmq_port,
        login=settings.rabbitmq_user,
        password=settings.rabbitmq_password,
        virtualhost=settings.rabbitmq_vhost,
        heartbeat=HEARTBEAT,
        timeout=CONNECT_TIMEOUT,
        client_properties={"connection_name": name},
    )


async def close(connection: AbstractConnection) -> None:
    """What is unacknowledged goes back to the queue, whether this ends well or not."""
    try:
        with broker_errors():
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await connection.close()
    except SessionLostError:
        return


class Sessions:
    """Opened from `begin` on: what they use is declared by the connection that counts."""

    def __init__(
        self, settings: Settings, name: str, vitals: Vitals, max_delay: float = MAX_RETRY_DELAY
    ) -> None:
        self._settings, self._name, self._vitals = settings, name, vitals
        self._max_delay = max_delay  # seconds between two tries
        self.stopping = asyncio.Event()
        self._begun = asyncio.Event()
        self._deadline: asyncio.Timeout | None = None
        self.failures = 0  # in a row

    def begin(self) -> None:
        self._begun.set()

    def stop(self) -> None:
        """Let the session end by itself, which watches `stopping`; a moment later, end it."""
        if not self.stopping.is_set() and self._deadline:
            self._deadline.reschedule(asyncio.get_running_loop().time() + STOP_TIMEOUT)
        self.stopping.set()
        self._begun.set()

    async def run(self, session: Session, unopened: Unopened = lambda error: None) -> None:
        """Open a connection for *session* whenever there is none, until stopped."""
        await self._begun.wait()
        while not self.stopping.is_set():
            try:
                with broker_errors():
                    await self._bounded(session, unopened)
            except SessionLostError as error:
                await self._lost(error)
            except asyncio.CancelledError as error:
                # aiormq cancels whoever awaits a connection that died under a frozen broker.
                if cancelled_by_us():
                    raise
                await self._lost(error)

    def worked(self) -> None:
        """The session does what it is there for: the next loss is a first one."""
        self.failures = 0

    async def _bounded(self, session: Session, unopened: Unopened) -> None:
        try:
            async with asyncio.timeout(None) as self._deadline:
                await self._one(session, unopened)
        finally:
            self._deadline = None

    async def _one(self, session: Session, unopened: Unopened) -> None:
        try:
            connection = await connect(self._settings, f"servicio-analiticas {self._name}")
        except Exception as error:
            unopened(error)
            raise
        try:
            await session(connection)
        except BaseExceptionGroup as group:
            raise gravest(group) from None
        finally:
            await close(connection)

    async def _lost(self, error: BaseException) -> None:
        self.failures = min(self.failures + 1, 10)
        if self.failures == TOLD_AFTER and self._vitals.consuming:
            LOG.warning("%s: %s; trying again", self._name, describe(error))
        delay = random.uniform(0, min(self._max_delay, 0.25 * 2**self.failures))  # noqa: S311
        await set_within(self.stopping, delay)
