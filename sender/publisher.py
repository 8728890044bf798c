"""
Publishes so that nothing accepted is lost: an event leaves the outbox when the broker confirms it.

Whatever else happens to it (no answer in time, refused, returned as unroutable, connection lost)
it is sent again under the same message_id with the same bytes, until it is confirmed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import uuid_utils

from backoff import Backoff
from broker_errors import BrokerAwayError, cancelled_by_us
from broker_link import EXCHANGE, Broker, Link, connected
from delivery_status import DeliveryStatus, Trouble
from outbox import Message, Outbox

OUTBOX_LIMIT = 10_000  # messages, some MB: almost an hour of a demo client
IN_FLIGHT = 64  # a slow confirm (an fsync) then does not hold up the others
RETRY_SECONDS = 1.0  # until an event that was refused or returned is tried again


class Publisher:
    def __init__(self, broker: Broker, outbox_limit: int = OUTBOX_LIMIT) -> None:
        self._broker = broker
        self._outbox = Outbox(outbox_limit)
        self._status = DeliveryStatus(f"{EXCHANGE} on {broker.host}:{broker.port}")
        self._backoff = Backoff()
        self._changed = asyncio.Event()
        self._resume_at = 0.0

    @property
    def unconfirmed(self) -> int:
        return len(self._outbox)

    async def publish(self, client: str, body: bytes) -> None:
        """Accept an event of *client*. Waits while the outbox is full, so the caller slows down."""
        if self._outbox.full:
            self._status.full(len(self._outbox))
            await self._until(lambda: not self._outbox.full)
        message_id = str(uuid_utils.uuid7())
        self._outbox.add(Message(message_id, body, client, int(time.time())))
        self._changed.set()

    async def drain(self, seconds: float) -> None:
        """Wait until everything is confirmed, at most *seconds*."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until(lambda: not len(self._outbox))

    async def run(self) -> None:
        """Deliver until cancelled, over any number of connections."""
        while True:
            try:
                await self._session()
            except* BrokerAwayError as group:
                self._in_trouble(*_first(group))
            self._outbox.put_back_all()
            # Before Python 3.13 a TaskGroup that is cancelled while it fails only tells the
            # failure, and the next await would not notice that we are told to end.
            if cancelled_by_us():
                raise asyncio.CancelledError
            await asyncio.sleep(self._backoff.next_delay())

    async def _session(self) -> None:
        async with connected(self._broker) as link:
            self._status.opened(len(self._outbox))
            if self._status.trouble is None:
                self._backoff.reset()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dispatch(link, tasks))
                await link.until_lost()

    async def _dispatch(self, link: Link, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._until(self._may_send)
            pause = self._resume_at - asyncio.get_running_loop().time()
            if pause > 0:
                await asyncio.sleep(pause)
                continue
            tasks.create_task(self._deliver(link, self._outbox.take()))

    def _may_send(self) -> bool:
        # While in trouble one event probes for all: sending more would only bring more back.
        places = IN_FLIGHT if self._status.trouble is None else 1
        return self._outbox.waiting > 0 and self._outbox.in_flight < places

    async def _deliver(self, link: Link, message: Message) -> None:
        try:
            refusal = await link.publish(message)
        except BrokerAwayError as error:
            link.lose(error)  # ends the session, and that puts back whatever was in flight
            return
        self._backoff.reset()  # a broker that answers is there
        if refusal is None:
            self._outbox.confirm(message)
            self._status.confirmed(len(self._outbox))
        else:
            self._outbox.put_back(message)
            self._resume_at = asyncio.get_running_loop().time() + RETRY_SECONDS
            self._in_trouble(*refusal)
        self._changed.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def _in_trouble(self, trouble: Trouble, detail: str) -> None:
        self._status.in_trouble(trouble, detail, len(self._outbox))


def _first(group: ExceptionGroup[BrokerAwayError]) -> tuple[Trouble, str]:
    error = group.exceptions[0]
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error.trouble, error.detail
