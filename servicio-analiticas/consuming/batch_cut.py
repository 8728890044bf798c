"""Where one batch ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from decoding.event_decoding import MAX_BODY
from decoding.message import Message
from decoding.packed_body import size_of

BATCH_BYTES = 2 * 1024**2  # some 25,000 events, 15 ms: a larger batch only keeps others waiting


class Uncut:
    """Messages that wait for their batch, which has a number of them, or BATCH_BYTES."""

    def __init__(self, batch_messages: int) -> None:
        self._batch_messages = batch_messages
        self._messages: list[Message] = []
        self._bytes = 0  # of what their bodies hold

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, messages: Sequence[Message]) -> None:
        self._messages += messages
        self._bytes += sum(map(_size, messages))

    @property
    def holds_a_batch(self) -> bool:
        return len(self._messages) >= self._batch_messages or self._bytes >= BATCH_BYTES

    def cut(self) -> list[Message]:
        """Return the next batch: the oldest of them, one at least."""
        # Nearly always all that waits, so that looking at each size is seldom worth it.
        end = self._batch_messages
        if self._bytes > BATCH_BYTES:
            sizes = accumulate(map(_size, self._messages[:end]))
            end = max(1, sum(size <= BATCH_BYTES for size in sizes))
        batch = self._messages[:end]
        del self._messages[:end]
        self._bytes -= sum(map(_size, batch))
        return batch


def _size(message: Message) -> int:
    return size_of(message.body, MAX_BODY)
