from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return what *work* returns; or None when *stop* is set before, with the work cancelled."""
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stop.wait())
        working = tasks.create_task(work)
        await asyncio.wait((waiting, working), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        working.cancel()
    return None if working.cancelled() else working.result()
