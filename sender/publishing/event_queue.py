from __future__ import annotations

import time
from dataclasses import dataclass

import uuid_utils

from events.event_check import MAX_EVENT
from publishing.batching import Batcher, Bodies
from publishing.outbox import Message, Outbox

BATCH_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a publisher holds; beyond that its callers wait."""

    messages: int = 10_000
    bytes: int = 64 * 1024 * 1024
    batch_bytes: int = BATCH_BYTES  # 1: every event is a message of its own
    linger: float = 0.005  # seconds

    def __post_init__(self) -> None:
        if self.messages < 1 or self.bytes < 2 * MAX_EVENT:
            raise ValueError(
                "an outbox holds at least one message, and two of the largest in bytes"
            )


class EventQueue:
    """
    Everything that was accepted and is not confirmed: what gathers, waits, and is in flight.

    A batch has no id while it gathers. From when it gets one until it is confirmed it never
    changes. What gathers has its place in the outbox already, so closing it can't fail. Nobody
    else touches the outbox: whoever takes a message says here what became of it.
    """

    def __init__(self, limits: Limits, outbox: Outbox | None = None) -> None:
        self._limits = limits
        self._gathering = Batcher(limits.batch_bytes, limits.linger)
        self._accepted_at = 0
        self._outbox = Outbox() if outbox is None else outbox
        self.batches = 0  # closed so far

    @property
    def events(self) -> int:
        return self._outbox.events + len(self._gathering)

    @property
    def bytes(self) -> int:
        return self._outbox.bytes + self._gathering.size

    @property
    def in_flight(self) -> int:
        """Messages that were taken, and are neither confirmed nor put back."""
        return self._outbox.in_flight

    @property
    def bytes_in_flight(self) -> int:
        return self._outbox.bytes_in_flight

    @property
    def due_at(self) -> float | None:
        """When what gathers is due at the latest; None when nothing does."""
        return self._gathering.due_at if self._gathering else None

    def accept(self, client: str | None, bodies: Bodies, start: int, now: float) -> int:
        """
        Let events join one batch, from *start* on; return the number of the first that did not.

        That is *start* itself when nothing has a place. *now* comes from a monotonic clock.
        """
        if self._gathering and not self._gathering.joins(client, now):
            self._close()
        stop = self._fits(bodies, start)
        if stop == start and self._gathering:
            self._close()
            stop = self._fits(bodies, start)
        if stop > start:
            if not self._gathering:
                self._accepted_at = int(time.time())
            self._gathering.add(client, bodies[start:stop], bodies.size(start, stop), now)
        return stop

    def put(self, message: Message) -> None:
        """Accept *message* as it is. Raises OverflowError when there is no place for it."""
        if len(message.body) > MAX_EVENT:
            raise ValueError(f"body: {len(message.body)} bytes, at most {MAX_EVENT}")
        if not self._places or self.bytes + len(message.body) > self._limits.bytes:
            raise OverflowError(f"{self.events} events wait for the broker already")
        self._outbox.add(message)

    def ready(self, now: float) -> bool:
        """Whether there is a message to send."""
        return self._outbox.waiting > 0 or self._gathering.due(now, idle=not len(self._outbox))

    def take(self) -> Message:
        """Return the message to send next, in flight from now on. Only when one is ready."""
        if not self._outbox.waiting:
            self._close()
        return self._outbox.take()

    def confirm(self, message: Message) -> None:
        """The broker has *message*: it is forgotten. KeyError when it isn't in flight."""
        self._outbox.confirm(message)

    def put_back(self, message: Message) -> None:
        """*message* is to be sent again, before younger ones. KeyError when it isn't in flight."""
        self._outbox.put_back(message)

    def put_back_all(self) -> None:
        """The connection is lost: nobody knows what the broker got of what was in flight."""
        self._outbox.put_back_all()

    @property
    def _places(self) -> int:
        return self._limits.messages - len(self._outbox) - bool(self._gathering)

    def _fits(self, bodies: Bodies, start: int) -> int:
        space = self._limits.bytes - self.bytes - 1
        if self._gathering:
            return bodies.run(start, min(space, self._gathering.room))
        if not self._places:
            return start
        stop = bodies.run(start, min(space, self._gathering.room))
        alone = stop == start < len(bodies) and bodies.size(start, start + 1) <= space
        return start + 1 if alone else stop

    def _close(self) -> None:
        client, body, events = self._gathering.take()
        message_id = str(uuid_utils.uuid7())
        self._outbox.add(Message(message_id, body, client, self._accepted_at, events))
        self.batches += 1
