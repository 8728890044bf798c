"""Samples the depth of the queues, and notices a consumer that gets nothing from a full one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

import aiormq
from aio_pika.abc import AbstractConnection
from aiormq.abc import AbstractChannel as RawChannel

from broker import topology
from broker.amqp_errors import ConsumerGivesUpError, SessionLostError, broker_errors, describe
from broker.shards import Shards
from consuming.inbox import Inbox
from live.live import Live
from live.vitals import QueueDepth

LOG = logging.getLogger("analiticas.consumer")
SAMPLE_SECONDS = 1.0
SAMPLE_TIMEOUT = 10.0
SILENT_SECONDS = 30.0
MAX_SILENT_SESSIONS = 3


class QueueWatch:
    def __init__(self, live: Live, prefetch: int) -> None:
        self._live, self._prefetch = live, prefetch
        self._silent_sessions = 0

    async def run(self, connection: AbstractConnection, inbox: Inbox, queues: Shards) -> None:
        """
        Sample until cancelled or the inbox has ended.

        Both are needed: on Python 3.11 `asyncio.wait_for`, in which aiormq awaits an answer,
        forgets a cancellation that comes together with it (python/cpython#86296).

        Ends the session through the inbox, never by raising: that would cancel a commit
        half-way, whose outcome memory would then not know of. Raises ConsumerGivesUpError.
        """
        try:
            with broker_errors():
                await self._sample(connection, inbox, queues)
        except SessionLostError as error:
            inbox.lose(describe(error))

    async def _sample(self, connection: AbstractConnection, inbox: Inbox, queues: Shards) -> None:
        channel = await _channel(connection)
        silence = SilentShards(self._prefetch // len(queues))
        while not inbox.ended:
            ready: dict[str, int] = {}
            for queue in (*topology.ASIDE, *queues):
                waiting = await _waiting(channel, queue)
                if inbox.ended:
                    return
                if waiting is None and queue in queues.others:
                    LOG.info("%s is gone", queue)
                    queues.others.remove(queue)
                    self._live.vitals.shards_seen = len(queues)
                    channel = await _channel(connection)
                elif waiting is None:  # the next session declares it
                    raise SessionLostError(f"there is no queue {queue} any more")
                elif queue in queues.cancelled:
                    raise SessionLostError(f"{queue} delivers no more, and is there")
                elif queue not in topology.ASIDE:
                    ready[queue] = waiting
            self._look(ready, inbox)
            if len(ready) > 1 and (silent := silence.look(ready, inbox.unsettled)):
                inbox.lose(f"messages wait in {silent}, and none of them arrived")
            if self._live.vitals.shards_seen > len(queues):
                inbox.stop()  # the next session consumes what has come
            await asyncio.sleep(SAMPLE_SECONDS)

    def _look(self, ready: Mapping[str, int], inbox: Inbox) -> None:
        waiting = sum(ready.values())
        self._live.vitals.cola = QueueDepth(waiting, inbox.unsettled, time.time())
        self._live.vitals.colas = ready
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


class SilentShards:
    """
    Notices, where several queues deliver, one of them that does not.

    It may be meant to wait while as many as it delivers at once are in hand, *share*. Else what
    waits in it becomes less now and then, however busy it is.
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._before: Mapping[str, int] = {}
        self._samples: dict[str, int] = {}  # in a row in which it had reason to deliver

    def look(self, ready: Mapping[str, int], in_hand: int) -> str | None:
        """Called at each sample; return the queue that has been silent for long."""
        for queue, waiting in ready.items():
            silent = waiting and waiting >= self._before.get(queue, 0) and in_hand < self._share
            self._samples[queue] = self._samples.get(queue, 0) + 1 if silent else 0
        self._before = ready
        most = SILENT_SECONDS / SAMPLE_SECONDS
        return next((queue for queue, n in self._samples.items() if n > most), None)


async def _channel(connection: AbstractConnection) -> RawChannel:
    return await (await connection.channel()).get_underlay_channel()


async def _waiting(channel: RawChannel, queue: str) -> int | None:
    """How many messages of a queue are not delivered; None when it is gone, and the channel too."""
    try:
        found = await channel.queue_declare(queue, passive=True, timeout=SAMPLE_TIMEOUT)
    except aiormq.ChannelNotFoundEntity:
        return None
    return found.message_count or 0
