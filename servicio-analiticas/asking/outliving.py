"""Answers that are worked out to the end, though whoever asked may leave."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def outliving(work: Coroutine[Any, Any, T]) -> T:
    """
    Return what *work* returns, or raise what it raises.

    Cancelled, the work goes on. If it fails then, nobody hears of it: asyncio would log it as an
    exception that was never retrieved.
    """
    going_on = asyncio.create_task(work)
    going_on.add_done_callback(_hear)
    await asyncio.wait([going_on])
    return going_on.result()


def _hear(done: asyncio.Task[Any]) -> None:
    if not done.cancelled():
        done.exception()
