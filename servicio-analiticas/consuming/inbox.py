"""Delivered messages on their way to the next batch. Never longer than the prefetch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from broker.amqp_errors import SessionLostError
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

    def receive(self, messages: Sequence[Message]) -> None:
        """Messages in the order of their delivery; after a gap in it the session is lost."""
        # A later acknowledgement would cover the one that is missing.
        for message in messages:
            if message.tag != self.delivered + 1:
                self.lose(f"delivery {message.tag} came after {self.delivered}")
                return
            self.delivered += 1
        self._uncut.add(messages)
        self.unsettled += len(messages)
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
