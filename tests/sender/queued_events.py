"""Numbered events, and a queue that a test may fill."""

from __future__ import annotations

import json

from events.event_check import MAX_EVENT
from publishing.batching import Bodies
from publishing.event_queue import EventQueue, Limits
from publishing.outbox import Message

BATCH = 200
LIMITS = Limits(messages=4, bytes=2 * MAX_EVENT, batch_bytes=BATCH, linger=0.005)


def body(number: int, size: int = 40) -> bytes:
    return b'{"metadata":[%d,"%s"]}' % (number, b"x" * (size - 40))


def number_of(event: dict[str, list[int]]) -> int:
    return event["metadata"][0]


def numbers(message: Message) -> list[int]:
    value = json.loads(message.body)
    return [number_of(event) for event in (value if isinstance(value, list) else [value])]


def accept(queue: EventQueue, client: str | None, bodies: list[bytes], now: float = 0.0) -> int:
    """As a publisher does: until all are accepted, or nothing more has a place."""
    events, start = Bodies(bodies), 0
    while start < len(bodies) and (stop := queue.accept(client, events, start, now)) > start:
        start = stop
    return start


def take_all(queue: EventQueue, now: float = 1.0) -> list[Message]:
    messages = []
    while queue.ready(now):
        messages.append(queue.take())
    return messages
