"""Which events leave together, and when. No clock, no I/O."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from events.event_check import MAX_EVENT

LONGEST = 1.0  # seconds a batch gathers at most: what the AMQP timestamp can tell apart


class Bodies:
    """
    Events to be published, each the bytes of one JSON object, in their order.

    Their sizes are summed up once, so that finding out how many fit costs nothing per event.
    Raises ValueError for one that no message can hold, before any is published.
    """

    __slots__ = ("_bodies", "_ends")

    def __init__(self, bodies: Sequence[bytes]) -> None:
        sizes = [len(bodies[0])] if len(bodies) == 1 else list(map(len, bodies))
        if sizes and max(sizes) > MAX_EVENT:
            number = next(i for i, size in enumerate(sizes) if size > MAX_EVENT)
            raise ValueError(f"event {number}: {sizes[number]} bytes, at most {MAX_EVENT}")
        if sizes and min(sizes) < 2:
            raise ValueError("an event of less than two bytes is no JSON object")
        self._bodies = bodies
        self._ends = list(accumulate(sizes, initial=0))

    def __len__(self) -> int:
        return len(self._bodies)

    def __getitem__(self, run: slice) -> Sequence[bytes]:
        return self._bodies[run]

    def size(self, start: int, stop: int) -> int:
        """Bytes that these events take in an array, each with its comma or bracket."""
        return self._ends[stop] - self._ends[start] + stop - start

    def run(self, start: int, room: int) -> int:
        """Return the end of the longest run of events from *start* on that takes up to *room*."""
        stops = range(start + 1, len(self) + 1)
        return start + bisect_right(stops, room, key=lambda stop: self.size(start, stop))


class Batcher:
    """
    The events that gather to the next message: of one client, or of None, which stands for events
    that all name their clients themselves.

    A batch is due at once when nothing else is under way, so that a lone event never waits;
    else when it is full or has gathered for *linger* seconds.
    """

    def __init__(self, limit: int, linger: float) -> None:
        self._limit, self._linger = limit, linger
        self._client: str | None = None
        self._bodies: list[bytes] = []
        self._size = 0
        self._opened_at = 0.0

    def __len__(self) -> int:
        """Events."""
        return len(self._bodies)

    @property
    def size(self) -> int:
        """Bytes of the message at most, as the batch is now."""
        return self._size

    @property
    def room(self) -> int:
        """Bytes that further events may take; may be negative when one was too large for it."""
        return self._limit - (self._size or 1)

    @property
    def due_at(self) -> float:
        """When the batch is due at the latest, if anybody can send it."""
        return self._opened_at + self._linger

    def joins(self, client: str | None, now: float) -> bool:
        """Whether events of *client* may join what is gathering: its client is the same."""
        return client == self._client and now < self._opened_at + LONGEST

    def add(self, client: str | None, bodies: Sequence[bytes], size: int, now: float) -> None:
        """Add events whose size as of Bodies.size is *size*; one may be larger than the room."""
        if not self._bodies:
            self._client, self._opened_at, self._size = client, now, 1
        self._bodies += bodies
        self._size += size

    def due(self, now: float, idle: bool) -> bool:
        return bool(self._bodies) and (idle or self._size >= self._limit or now >= self.due_at)

    def take(self) -> tuple[str | None, bytes, int]:
        """Return client, body and number of the events. An event alone is no array of one."""
        events = len(self._bodies)
        body = self._bodies[0] if events == 1 else b"[%b]" % b",".join(self._bodies)
        self._bodies, self._size = [], 0
        return self._client, body, events
