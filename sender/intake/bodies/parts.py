"""From the events of a request to the messages that carry them. The same events, the same bytes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from typing import NamedTuple

PART_BYTES = 64 * 1024
EVENT_BYTES = PART_BYTES - 2  # the brackets of an array of one


class Part(NamedTuple):
    body: bytes
    events: int


class Cutter:
    """
    Gathers events into arrays of at most 64 KB.

    Where it cuts depends on the events alone, not on when they come: a retry is cut alike.
    """

    def __init__(self) -> None:
        self._events: list[bytes] = []
        self._size = 1  # a bracket; each event brings one comma or the other bracket

    def add(self, event: bytes) -> Part | None:
        """Return the array that *event* no longer fits in, if so. It has at most EVENT_BYTES."""
        full = self.rest() if self._size + len(event) + 1 > PART_BYTES else None
        self._events.append(event)
        self._size += len(event) + 1
        return full

    def rest(self) -> Part | None:
        """Return the array of what was gathered, and begin anew; None when there is nothing."""
        if not self._events:
            return None
        part = Part(b"[%b]" % b",".join(self._events), len(self._events))
        self._events, self._size = [], 1
        return part


def cut(events: Iterable[bytes]) -> Iterator[Part]:
    cutter = Cutter()
    for event in events:
        if (part := cutter.add(event)) is not None:
            yield part
    if (part := cutter.rest()) is not None:
        yield part


def part_id(owner: str, key: str, number: int) -> str:
    """The message_id of the part *number* of what *owner* sent under an Idempotency-Key."""
    return _hashed_id("Idempotency-Key", owner, key, str(number))


def cloudevent_id(source: str, event_id: str) -> str:
    """The message_id of a CloudEvent, which its source and id make unique, says the standard."""
    return _hashed_id("CloudEvent", source, event_id)


def _hashed_id(*fields: str) -> str:
    """A UUIDv8 (RFC 9562: 122 bits of the application's own), which the store keeps as 16 bytes."""
    digest = hashlib.sha256()
    for field in fields:
        raw = field.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)  # "a"+"bc" is not "ab"+"c"
    number = bytearray(digest.digest()[:16])
    number[6] = number[6] & 0x0F | 0x80
    number[8] = number[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(number)))
