from __future__ import annotations

import asyncio
from typing import Any

import aio_pika


class BrokerConnection(aio_pika.Connection):
    """
    As aio_pika's; but one that could not connect, or not close, is left to nobody.

    What aio_pika does when the last reference goes needs an event loop. A failed attempt hangs in
    a circle with its exception, so that goes when any thread collects garbage, and a line about
    a "coroutine that was never awaited" stands in the log.
    """

    async def connect(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().connect(*args, **kwargs)
        except BaseException:
            await self.close()
            raise

    async def close_within(self, seconds: float) -> None:
        """Raises TimeoutError when the broker does not answer; closed it is then, too."""
        try:
            async with asyncio.timeout(seconds):
                await self.close()
        finally:
            await self.close()  # without its transport by now: nothing is waited for
