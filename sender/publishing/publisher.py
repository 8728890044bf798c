"""
Publishes events so that nothing that was accepted is lost.

docs/publishing.md tells how a program of one's own uses this; delivery_loop.py delivers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from publishing.batching import Bodies
from publishing.broker_link import Broker
from publishing.changes import Changes
from publishing.delivery_loop import DeliveryLoop
from publishing.delivery_status import Trouble
from publishing.event_queue import EventQueue, Limits
from publishing.outbox import Message, Outbox
from publishing.receipts import Receipts


class Publisher:
    """Accepts events while `run()` runs as a task of its own, delivering them."""

    def __init__(
        self, broker: Broker, limits: Limits | None = None, outbox: Outbox | None = None
    ) -> None:
        self._queue = EventQueue(limits or Limits(), outbox)
        self._receipts = Receipts()
        self._changes = Changes()
        self._delivery = DeliveryLoop(broker, self._queue, self._receipts, self._changes)
        self._wakes_at = 0.0
        self._accepted = 0

    @property
    def accepted(self) -> int:
        """Events so far."""
        return self._accepted

    @property
    def unconfirmed(self) -> int:
        """Events that were accepted and that the broker has not confirmed yet."""
        return self._queue.events

    @property
    def connected(self) -> bool:
        """Whether there is a connection; `trouble` says whether it is of use."""
        return self._delivery.connected

    @property
    def trouble(self) -> Trouble | None:
        """Why events wait here, or could not be sent at all; None while there is no reason."""
        return self._delivery.status.trouble

    async def publish(self, client: str | None, body: bytes) -> None:
        """Accept one event, as publish_many does."""
        await self.publish_many(client, (body,))

    async def publish_many(self, client: str | None, bodies: Sequence[bytes]) -> None:
        """
        Accept events of *client*, each the bytes of a JSON object. Waits while there is no room.

        They leave together with others of the same *client*, which goes into the header for those
        that don't name theirs. With None each of them must name its client in its body: then they
        gather whosever they are. Cancelled, the first of them may be accepted (see `accepted`).
        Raises ValueError, with none accepted, when one is larger than a message may be.
        """
        events = Bodies(bodies)
        start = 0
        while start < len(events):
            batches = self._queue.batches
            stop = self._accept(client, events, start)
            if stop == start:
                self._delivery.status.full(self.unconfirmed)
                await self._changes.next()
            elif batches < self._queue.batches:
                await asyncio.sleep(0)  # let the batch go before the next is gathered
            start = stop

    async def send(self, message: Message) -> None:
        """
        Return once the broker has confirmed *message*.

        Sending an id again while it is under way waits for the same confirmation. Cancelled, the
        message goes on its way all the same. Raises OverflowError at once when there is no room,
        ValueError when the id is under way with another body, or the body is too large, and
        ConnectionError when the publisher ends first.
        """
        receipt = self._receipts.find(message)
        if receipt is None:
            self._queue.put(message)
            self._accepted += message.events
            receipt = self._receipts.expect(message)
            self._changes.tell()
        await asyncio.shield(receipt)

    async def until_connected(self, seconds: float) -> bool:
        """Return whether there is a connection, after *seconds* at most; sooner when refused."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changes.until(
                    lambda: self.connected or (self.trouble or Trouble.AWAY).lasting
                )
        return self.connected

    async def drain(self, seconds: float) -> None:
        """Wait until everything is confirmed, at most *seconds*."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changes.until(lambda: not self.unconfirmed)

    async def run(self) -> None:
        """Deliver until cancelled, over any number of connections."""
        await self._delivery.run()

    def _accept(self, client: str | None, events: Bodies, start: int) -> int:
        loop = asyncio.get_running_loop()
        now = loop.time()
        stop = self._queue.accept(client, events, start, now)
        if stop == start:
            return stop
        self._accepted += stop - start
        if self._queue.ready(now):
            self._changes.tell()
        due_at = self._queue.due_at
        if due_at is not None and due_at > self._wakes_at:
            self._wakes_at = due_at
            loop.call_at(due_at, self._changes.tell)
        return stop
