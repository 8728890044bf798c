from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b

from publishing.outbox import Message

REMEMBERED = 50_000  # ids; some 10 MB


class RecentIds:
    """
    Which bodies went out lately under ids that callers choose, by Idempotency-Key or CloudEvent.

    An id stands for one body. The analytics hold to that for a week, but only tell it in their
    counters; this tells the caller, while it is remembered here.
    """

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def first_conflict(self, messages: Iterable[Message]) -> int | None:
        """Return which of *messages* has another body than its id had before, also among them."""
        new: dict[str, bytes] = {}
        for number, message in enumerate(messages):
            digest = _digest(message)
            if new.setdefault(message.id, self._bodies.get(message.id, digest)) != digest:
                return number
        return None

    def remember(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._bodies[message.id] = _digest(message)
            self._bodies.move_to_end(message.id)
        while len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)


def _digest(message: Message) -> bytes:
    return blake2b(message.body, digest_size=8).digest()
