"""When to push."""

from __future__ import annotations

import asyncio

GAP = 0.025  # seconds between the starts of two pushes
SHARE = 0.5  # of the time may go into pushing
READING = 0.006  # seconds that it takes to read the report while there is much to do


def gap_after(took: float) -> float:
    """Return how many seconds after the start of a push that *took* so long the next may start."""
    return max(GAP, took / SHARE)


class Pace:
    """After quiet a change is pushed at once: only what follows closely on a push waits."""

    def __init__(self) -> None:
        self._due_at = 0.0  # by the event loop's clock

    async def until_nearly_due(self) -> None:
        """Return as long before the next push is due as it takes to read what to push."""
        await _sleep_until(self._due_at - READING)

    async def until_due(self) -> None:
        await _sleep_until(self._due_at)

    def pushed(self, started: float, took: float) -> None:
        """*started* is by the event loop's clock; what a push *took* includes its preparation."""
        self._due_at = started + gap_after(took)


async def _sleep_until(moment: float) -> None:
    early = moment - asyncio.get_running_loop().time()
    if early > 0:
        await asyncio.sleep(early)
