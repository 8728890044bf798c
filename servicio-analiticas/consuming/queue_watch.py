"""Samples the depth of the queue, and notices a consumer that gets nothing from a full one."""

from __future__ import annotations

import asyncio
import time

from aio_pika.abc import AbstractConnection

from broker import topology
from broker.amqp_errors import ConsumerGivesUpError, SessionLostError, broker_errors, describe
from consuming.inbox import Inbox
from live.live import Live
from live.vitals import QueueDepth

SAMPLE_SECONDS = 1.0
SAMPLE_TIMEOUT = 10.0
SILENT_SECONDS = 30.0
MAX_SILENT_SESSIONS = 3


class QueueWatch:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._silent_sessions = 0

    async def run(self, connection: AbstractConnection, inbox: Inbox) -> None:
        """
        Sample until cancelled or the inbox has ended.

        Both are needed: on Python 3.11 `asyncio.wait_for`, in which aiormq awaits an answer,
        forgets a cancellation that comes together with it (python/cpython#86296).

        Ends the session through the inbox, never by raising: that would cancel a commit
        half-way, whose outcome memory would then not know of. Raises ConsumerGivesUpError.
        """
        try:
            with broker_errors():
                await self._sample(connection, inbox)
        except SessionLostError as error:
            inbox.lose(describe(error))

    async def _sample(self, connection: AbstractConnection, inbox: Inbox) -> None:
        channel = await (await connection.channel()).get_underlay_channel()
        while not inbox.ended:
            for queue in topology.QUEUES:  # one that is gone ends the session, which declares it
                declared = await channel.queue_declare(queue, passive=True, timeout=SAMPLE_TIMEOUT)
                if inbox.ended:
                    return
                if queue == topology.QUEUE:
                    self._look(declared.message_count or 0, inbox)
            await asyncio.sleep(SAMPLE_SECONDS)

    def _look(self, waiting: int, inbox: Inbox) -> None:
        self._live.vitals.cola = QueueDepth(waiting, inbox.unsettled, time.time())
        if inbox.delivered:
            self._silent_sessions = 0
        if waiting == 0 or inbox.idle_for() <= SILENT_SECONDS:
            return
        self._silent_sessions += 1
        if self._silent_sessions >= MAX_SILENT_SESSIONS:
            raise ConsumerGivesUpError(
                f"messages wait in {topology.QUEUE}, and {MAX_SILENT_SESSIONS} connections in a"
                " row got none of them. Look at the queue's consumers in the management page."
            )
        inbox.lose(f"messages wait, but none arrived for {SILENT_SECONDS:.0f} s")
