"""
Delivers what is queued: a message leaves the outbox when the broker confirms it.

Whatever else happens to it (no answer in time, refused, returned as unroutable, connection lost)
it is sent again under the same message_id with the same bytes, until it is confirmed.
"""

from __future__ import annotations

import asyncio

from publishing.backoff import Backoff
from publishing.broker_errors import BrokerAwayError, cancelled_by_us, first_trouble
from publishing.broker_link import EXCHANGE, Broker, Link, connected
from publishing.changes import Changes
from publishing.delivery_status import DeliveryStatus, Trouble
from publishing.event_queue import EventQueue
from publishing.outbox import Message
from publishing.receipts import Receipts

IN_FLIGHT = 64  # messages; a slow confirm (an fsync) then does not hold up the others
IN_FLIGHT_BYTES = 8 * 1024 * 1024
RETRY_SECONDS = 1.0  # until a message that was refused or returned is tried again
# RabbitMQ 3.10 refuses for ever on a channel that was opened in the moment after a node's death or
# start in which a queue has no leader. Each time that another connection is refused as well, the
# next is waited for twice as long: then it is the queue that is full.
REFUSED_SECONDS, MOST_REFUSED_SECONDS = 2.0, 30.0


class DeliveryLoop:
    def __init__(
        self, broker: Broker, queue: EventQueue, receipts: Receipts, changes: Changes
    ) -> None:
        self._broker, self._queue, self._receipts, self._changes = broker, queue, receipts, changes
        self._backoff = Backoff()
        self._resume_at = 0.0
        self._refused_since: float | None = None  # by this connection, and nothing taken since
        self._refused_seconds = REFUSED_SECONDS
        self.status = DeliveryStatus(f"{EXCHANGE} on {', '.join(map(str, broker.nodes))}")
        self.connected = False

    async def run(self) -> None:
        """Deliver until cancelled, over any number of connections."""
        try:
            while True:
                await self._attempt()
                await asyncio.sleep(self._backoff.next_delay())
        finally:
            self._receipts.abandon()

    async def _attempt(self) -> None:
        try:
            await self._session()
        except* BrokerAwayError as group:
            self._in_trouble(*first_trouble(group))
        finally:
            self.connected = False
        self._queue.put_back_all()
        # Before Python 3.13 a TaskGroup that is cancelled while it fails only tells the
        # failure, and the next await would not notice that we are told to end.
        if cancelled_by_us():
            raise asyncio.CancelledError

    async def _session(self) -> None:
        async with connected(self._broker) as link:
            self.connected, self._refused_since = True, None
            self.status.opened(self._queue.events)
            self._changes.tell()
            if self.status.trouble is None:
                self._backoff.reset()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dispatch(link, tasks))
                await link.until_lost()

    async def _dispatch(self, link: Link, tasks: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._changes.until(lambda: self._has_place() and self._queue.ready(loop.time()))
            pause = self._resume_at - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
                continue
            tasks.create_task(self._deliver(link, self._queue.take()))

    def _has_place(self) -> bool:
        # While in trouble one message probes for all: sending more would only bring more back.
        places = IN_FLIGHT if self.status.trouble is None else 1
        queue = self._queue
        return queue.in_flight < places and queue.bytes_in_flight < IN_FLIGHT_BYTES

    async def _deliver(self, link: Link, message: Message) -> None:
        try:
            refusal = await link.publish(message)
        except BrokerAwayError as error:
            link.lose(error)  # ends the session, and that puts back whatever was in flight
            return
        self._backoff.reset()  # a broker that answers is there
        if refusal is None:
            self._refused_since, self._refused_seconds = None, REFUSED_SECONDS
            self._queue.confirm(message)
            self._receipts.confirm(message)
            self.status.confirmed(self._queue.events)
        else:
            self._queue.put_back(message)
            self._resume_at = asyncio.get_running_loop().time() + RETRY_SECONDS
            self._in_trouble(*refusal)
            self._leave_if_refused(link, *refusal)
        self._changes.tell()

    def _leave_if_refused(self, link: Link, trouble: Trouble, detail: str) -> None:
        if trouble is not Trouble.REFUSED:
            return
        now = asyncio.get_running_loop().time()
        self._refused_since = self._refused_since or now
        if now - self._refused_since > self._refused_seconds:
            self._refused_seconds = min(2 * self._refused_seconds, MOST_REFUSED_SECONDS)
            link.lose(BrokerAwayError(trouble, detail))

    def _in_trouble(self, trouble: Trouble, detail: str) -> None:
        self.status.in_trouble(trouble, detail, self._queue.events)
        self._changes.tell()
