"""Lets requests in a few at a time, so that counting keeps its turns of the loop."""

from __future__ import annotations

import asyncio
from collections import deque

AT_ONCE = 4  # requests, a millisecond each
PAUSE = 0.01  # seconds until the next ones may go


class Turnstile:
    """
    Who comes first goes first; without a crowd nobody waits.

    The pause is a timer of the loop's: on a machine that is slow or busy it takes longer by itself.
    """

    def __init__(self) -> None:
        self._left, self._shut = AT_ONCE, False
        self._queue: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    async def enter(self) -> None:
        """Return when it is the caller's turn."""
        if not self._left or self._queue:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            await turn
            return
        self._left -= 1
        self._open_later()

    def _open_later(self) -> None:
        if not self._shut:
            self._shut = True
            asyncio.get_running_loop().call_later(PAUSE, self._open)

    def _open(self) -> None:
        self._left, self._shut = AT_ONCE, False
        while self._queue and self._left:
            turn = self._queue.popleft()
            if not turn.done():  # else it has left
                turn.set_result(None)
                self._left -= 1
        if self._left < AT_ONCE:
            self._open_later()
