"""Delivered messages on their way to the next batch. Never longer than the prefetch."""

from __future__ import annotations

import asyncio
import time

from aiormq.abc import DeliveredMessage

from broker.amqp_errors import SessionLostError
from broker.lenient_amqp import UNREADABLE
from consuming.batch_cut import Uncut
from decoding.message import Message


class Inbox:
    def __init__(self, batch_messages: int, batch_seconds: float) -> None:
        self._uncut, self._batch_seconds = Uncut(batch_messages), batch_seconds
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
        try:
            message = message_from(delivered)
            self._check_order(message)
        except BaseException as error:
            # aiormq drops what a callback raises, and a later acknowledgement would cover this one.
            self.lose(f"a message could not be taken: {error!r}")
            raise
        self._uncut.add(message)
        self.unsettled += 1
        self.delivered += 1
        self._last_delivery = self._now()
        self._changed.set()
        if self._uncut.holds_a_batch:
            self._full.set()

    async def take(self) -> list[Message]:
        """
        Return the next batch: a contiguous run of delivery tags, empty when stopping.

        The first message after a pause is returned at once; under load batches are at least
        *batch_seconds* apart, unless a full one waits (batch_cut.py).
        Raises SessionLostError.
        """
        await self._changed.wait()
        early = self._next_batch_at - self._now()
        if early > 0 and not self.ended:
            await _wait_at_most(self._full, early)
        if self._stopping:
            return []
        self.check()
        self._next_batch_at = self._now() + self._batch_seconds
        batch = self._uncut.cut()
        if not self._uncut:
            self._changed.clear()
        if not self._uncut.holds_a_batch:
            self._full.clear()
        return batch

    def check(self) -> None:
        """Raises SessionLostError when what was delivered can't be acknowledged any more."""
        if self._lost is not None:
            raise SessionLostError(self._lost)

    def _check_order(self, message: Message) -> None:
        if message.tag != self.delivered + 1:
            raise SessionLostError(f"delivery {message.tag} came after {self.delivered}")

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
    def ended(self) -> bool:
        """Told to stop, or lost: no batch follows."""
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
        arrived=time.time(),
        deaths=headers.get("x-death", headers.get(UNREADABLE)),
    )
