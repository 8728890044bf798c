"""Who waits for a change, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

SHORTEST = 1.0  # seconds that everybody may wait, however many want to


class TooManyPollsError(RuntimeError):
    """So many began to wait within a second that one more had better come again."""


class LongPolls:
    """
    Bounded in number, and fair: one more ends the wait that has lasted longest.

    Were newcomers refused instead, those who have a place would keep it for ever, since they ask
    again as soon as they are answered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waits: dict[asyncio.Timeout, float] = {}  # since when, longest first

    async def wait(self, change: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Return at a change, after *seconds* at most. Raises TooManyPollsError."""
        now = asyncio.get_running_loop().time()
        if len(self._waits) >= self._most:
            self._end_one(now)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds) as limit:
                self._waits[limit] = now
                try:
                    await change()
                finally:
                    self._waits.pop(limit, None)

    def _end_one(self, now: float) -> None:
        longest, since = next(iter(self._waits.items()))
        if now - since < SHORTEST:
            raise TooManyPollsError(f"{self._most} others wait for a change already; try again")
        del self._waits[longest]
        longest.reschedule(now)
