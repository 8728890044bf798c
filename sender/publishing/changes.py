from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """Wakes whoever waits for something that may have become true."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def tell(self) -> None:
        self._happened.set()

    async def next(self) -> None:
        self._happened.clear()
        await self._happened.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self.next()
