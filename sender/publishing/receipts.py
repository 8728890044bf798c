from __future__ import annotations

import asyncio

from publishing.outbox import Message


class Receipts:
    """Who waits for the confirmation of which message. One for each id, shared by all who ask."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Message, asyncio.Future[None]]] = {}

    def find(self, message: Message) -> asyncio.Future[None] | None:
        """Raises ValueError when its id is under way with another body: it stands for that one."""
        entry = self._open.get(message.id)
        if entry is None:
            return None
        if entry[0].body != message.body:
            raise ValueError(f"message_id {message.id!r:.64} is under way with another body")
        return entry[1]

    def expect(self, message: Message) -> asyncio.Future[None]:
        receipt: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open[message.id] = message, receipt
        return receipt

    def confirm(self, message: Message) -> None:
        _, receipt = self._open.pop(message.id, (message, None))
        if receipt is not None:
            receipt.set_result(None)

    def abandon(self) -> None:
        """Nobody delivers any more: all who wait get a ConnectionError."""
        for _, receipt in self._open.values():
            receipt.set_exception(ConnectionError("the publisher ended; it may have arrived"))
            receipt.exception()  # perhaps nobody waits any more; then it is no error of ours
        self._open.clear()
