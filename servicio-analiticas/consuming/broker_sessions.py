"""Connections to the broker beside the one that counts: opened again and again until stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from analytics_settings import Settings
from broker.amqp_errors import describe, gravest
from broker.connection import MAX_RETRY_DELAY, Retries, close, connect
from broker.delivery_transport import BulkConnection
from live.vitals import Vitals

LOG = logging.getLogger("analiticas.broker")
STOP_TIMEOUT = 2.0  # for a session that hangs on a frozen broker
TOLD_AFTER = 3  # failures in a row, while the connection that counts is well

Session = Callable[[BulkConnection], Awaitable[None]]
Unopened = Callable[[Exception], None]
"""Is told why there is no connection."""


class Sessions:
    """Opened from `begin` on: what they use is declared by the connection that counts."""

    def __init__(
        self, settings: Settings, name: str, vitals: Vitals, max_delay: float = MAX_RETRY_DELAY
    ) -> None:
        self._settings, self._name, self._vitals = settings, name, vitals
        self.stopping = asyncio.Event()
        self._retries = Retries(self.stopping, max_delay)
        self._begun = asyncio.Event()
        self._deadline: asyncio.Timeout | None = None

    @property
    def failures(self) -> int:
        """In a row."""
        return self._retries.failures

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
        await self._retries.run(lambda: self._bounded(session, unopened), self._tell)

    def worked(self) -> None:
        """The session does what it is there for: the next loss is a first one."""
        self._retries.worked()

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

    def _tell(self, error: BaseException) -> None:
        if self.failures == TOLD_AFTER and self._vitals.consuming:
            LOG.warning("%s: %s; trying again", self._name, describe(error))
