"""Lets requests in a few at a time, so that counting keeps its turns of the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 4  # requests, a millisecond each
PAUSE = 0.01  # seconds until the next ones may go
LATE = 8  # times what the loop came too late is added: whoever needs it has it then
MOST_PAUSE = 0.5


class Turnstile:
    """
    Who comes first goes first; without a crowd nobody waits.

    A timer that comes late tells of a machine or a loop with too much to do. Then the pauses are
    longer, and what strangers ask makes room for counting.
    """

    def __init__(self) -> None:
        self._left, self._shut = AT_ONCE, False
        self._queue: deque[tuple[asyncio.Future[None], Callable[[], bool]]] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    async def enter(self, gone: Callable[[], bool] = lambda: False) -> None:
        """Return when it is the caller's turn; one that is *gone* by then takes nobody's."""
        if not self._left or self._queue:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append((turn, gone))
            await turn
            return
        self._left -= 1
        self._open_later()

    def _open_later(self, late: float = 0.0) -> None:
        if not self._shut:
            self._shut = True
            loop = asyncio.get_running_loop()
            due = loop.time() + min(PAUSE + LATE * late, MOST_PAUSE)
            loop.call_at(due, self._open, due)

    def _open(self, due: float) -> None:
        late = asyncio.get_running_loop().time() - due
        self._left, self._shut = AT_ONCE, False
        while self._queue and self._left:
            turn, gone = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                self._left -= not gone()
        if self._left < AT_ONCE:
            self._open_later(late)
