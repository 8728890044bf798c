from __future__ import annotations

import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What the broker gets, unchanged each time it is sent: the id stands for these bytes."""

    id: str
    body: bytes
    client: str
    accepted_at: int  # whole seconds since 1970, all that the AMQP timestamp holds


class Outbox:
    """
    Messages from when they are accepted until the broker has confirmed them.

    Each is either waiting or in flight, so no id is ever in flight twice: aiormq tells returned
    messages apart by their id. Waiting ones leave oldest first, those that were put back too.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._accepted = 0
        self._waiting: list[tuple[int, Message]] = []
        self._in_flight: dict[str, tuple[int, Message]] = {}

    def __len__(self) -> int:
        """Messages not confirmed yet."""
        return len(self._waiting) + len(self._in_flight)

    @property
    def full(self) -> bool:
        return len(self) >= self._limit

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    def add(self, message: Message) -> None:
        """Raises OverflowError when full: the caller must wait, nothing is dropped here."""
        if self.full:
            raise OverflowError(f"the outbox holds its {self._limit} messages already")
        heapq.heappush(self._waiting, (self._accepted, message))
        self._accepted += 1

    def take(self) -> Message:
        """Return the oldest waiting message, in flight from now on. IndexError when none waits."""
        entry = heapq.heappop(self._waiting)
        message = entry[1]
        self._in_flight[message.id] = entry
        return message

    def confirm(self, message: Message) -> None:
        """Forget *message*: the broker has it. KeyError when it isn't in flight."""
        del self._in_flight[message.id]

    def put_back(self, message: Message) -> None:
        """*message* waits again, in its old place. KeyError when it isn't in flight."""
        heapq.heappush(self._waiting, self._in_flight.pop(message.id))

    def put_back_all(self) -> None:
        """Whatever was in flight waits again: nobody knows what the broker got of it."""
        for _, message in list(self._in_flight.values()):
            self.put_back(message)
