"""Questions that take a moment: one after the other, so that a batch waits for one at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from asking.outliving import outliving
from asking.turns import TooManyReadersError
from storing.store_thread import StoreThread

MOST_READERS = 32  # that wait for their turn
T = TypeVar("T")
Given = TypeVar("Given")


class ShortQuestions:
    def __init__(self, thread: StoreThread, rests: bool = False) -> None:
        """*rests*: after each of them counting has the thread for as long as that one took."""
        self._thread, self._rests = thread, rests
        self._reading, self._readers = asyncio.Semaphore(1), 0

    async def ask(self, read: Callable[[Given], T], given: Given) -> T:
        """Raises TooManyReadersError."""
        if self._readers >= MOST_READERS:
            raise TooManyReadersError(f"{self._readers} others wait to read already")
        self._readers += 1
        try:
            await self._reading.acquire()
        finally:
            self._readers -= 1
        # Whoever asked may leave; the thread goes on, and so does its turn.
        return await outliving(self._read(read, given))

    async def _read(self, read: Callable[[Given], T], given: Given) -> T:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            return await self._thread.run(read, given)
        finally:
            rest = loop.time() - began if self._rests else 0.0
            loop.call_later(rest, self._reading.release)
