"""Delivered messages on their way to the next batch. Never longer than the prefetch."""

from __future__ import annotations

import asyncio

from aiormq.abc import DeliveredMessage

from amqp_errors import SessionLostError
from counting import Message
from lenient_amqp import UNREADABLE


class Inbox:
    def __init__(self, batch_messages: int, batch_seconds: float) -> None:
        self._batch_messages, self._batch_seconds = batch_messages, batch_seconds
        self._messages: list[Message] = []
        self._changed = asyncio.Event()
        self._full = asyncio.Event()
        self._lost: str | None = None
        self._stopping = False
        self._next_batch_at = 0.0
        self.unsettled = 0  # delivered, and the broker not yet told what became of them
        self.delivered = 0
        self._last_delivery = self._now()

    async def receive(self, delivered: DeliveredMessage) -> None:
        """The consumer callback: it only appends, since aiormq runs one task for each."""
        self._messages.append(message_from(delivered))
        self.unsettled += 1
        self.delivered += 1
        self._last_delivery = self._now()
        self._changed.set()
        if len(self._messages) >= self._batch_messages:
            self._full.set()

    async def take(self) -> list[Message]:
        """
        Return the next batch: a contiguous run of delivery tags, empty when stopping.

        The first message after a pause is returned at once; under load batches are at least
        *batch_seconds* apart, unless *batch_messages* wait. Raises SessionLostError.
        """
        await self._changed.wait()
        early = self._next_batch_at - self._now()
        if early > 0 and not self._ended:
            await _wait_at_most(self._full, early)
        if self._stopping:
            return []
        self.check()
        self._next_batch_at = self._now() + self._batch_seconds
        batch = self._messages[: self._batch_messages]
        del self._messages[: self._batch_messages]
        if not self._messages:
            self._changed.clear()
        if len(self._messages) < self._batch_messages:
            self._full.clear()
        return batch

    def check(self) -> None:
        """Raises SessionLostError when what was delivered can't be acknowledged any more."""
        if self._lost is not None:
            raise SessionLostError(self._lost)

    def lose(self, why: str) -> None:
        self._lost = self._lost or why
        self._wake()

    def stop(self) -> None:
        self._stopping = True
        self._wake()

    def idle_for(self) -> float:
        """Seconds since the last delivery while nothing is in hand; 0 otherwise."""
        return 0.0 if self.unsettled else self._now() - self._last_delivery

    @property
    def _ended(self) -> bool:
        return self._stopping or self._lost is not None

    def _wake(self) -> None:
        self._changed.set()
        self._full.set()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _wait_at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def message_from(delivered: DeliveredMessage) -> Message:
    properties = delivered.header.properties
    headers = properties.headers or {}
    return Message(
        tag=delivered.delivery_tag or 0,
        body=delivered.body,
        message_id=properties.message_id,
        header_client=headers.get("X-Client-Name", headers.get(UNREADABLE)),
        app_id=properties.app_id,
        timestamp=properties.timestamp.timestamp() if properties.timestamp else None,
    )
