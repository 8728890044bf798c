from __future__ import annotations

import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """
    What the broker gets, unchanged each time it is sent: the id stands for these bytes.

    The body is one event or an array of *events* of them. *client* goes into a header, for those
    that don't name theirs; it is None when all do.
    """

    id: str
    body: bytes
    client: str | None
    accepted_at: int  # whole seconds since 1970, all that the AMQP timestamp holds
    events: int = 1


class Outbox:
    """
    Messages from when they are accepted until the broker has confirmed them.

    Each is either waiting or in flight, so no id is ever in flight twice: aiormq tells returned
    messages apart by their id. Waiting ones leave oldest first, those that were put back too.
    """

    def __init__(self) -> None:
        self._accepted = 0
        self._waiting: list[tuple[int, Message]] = []
        self._in_flight: dict[str, tuple[int, Message]] = {}
        self.events = 0
        self.bytes = 0
        self.bytes_in_flight = 0

    def __len__(self) -> int:
        """Messages not confirmed yet; `events` and `bytes` are those of them all."""
        return len(self._waiting) + len(self._in_flight)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    def add(self, message: Message) -> None:
        """Whether there is a place is for the caller to know; nothing is dropped here."""
        heapq.heappush(self._waiting, (self._accepted, message))
        self._accepted += 1
        self.events += message.events
        self.bytes += len(message.body)

    def take(self) -> Message:
        """Return the oldest waiting message, in flight from now on. IndexError when none waits."""
        entry = heapq.heappop(self._waiting)
        message = entry[1]
        self._in_flight[message.id] = entry
        self.bytes_in_flight += len(message.body)
        return message

    def confirm(self, message: Message) -> None:
        """Forget *message*: the broker has it. KeyError when it isn't in flight."""
        self._land(message)
        self.events -= message.events
        self.bytes -= len(message.body)

    def put_back(self, message: Message) -> None:
        """*message* waits again, in its old place. KeyError when it isn't in flight."""
        heapq.heappush(self._waiting, self._land(message))

    def put_back_all(self) -> None:
        """Whatever was in flight waits again: nobody knows what the broker got of it."""
        for _, message in list(self._in_flight.values()):
            self.put_back(message)

    def _land(self, message: Message) -> tuple[int, Message]:
        entry = self._in_flight.pop(message.id)
        self.bytes_in_flight -= len(message.body)
        return entry
