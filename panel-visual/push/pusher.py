"""From reports to viewers."""

from __future__ import annotations

import asyncio

from messages.deltas import Deltas
from messages.report_wire import Reporte
from push.hub import Hub
from push.pace import READING, gap_after


class Pusher:
    """Pushes what each report changes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._deltas = Deltas()
        self.snapshot: bytes | None = None  # the newest
        self.pushes = 0  # so far
        self._due_at = 0.0  # by the event loop's clock

    async def until_nearly_due(self) -> None:
        """Return as long before the next push is due as it takes to read what to push."""
        await self._sleep_until(self._due_at - READING)

    async def show(self, report: Reporte) -> None:
        """Push what *report* changes, if anything, as soon as that is due."""
        began = self._now()
        update = self._deltas.advance(report)
        if update is None:
            return
        preparing = self._now() - began
        await self._sleep_until(self._due_at)
        started = self._now()
        self.snapshot = update.snapshot
        self.pushes += 1
        await self._hub.publish(update.snapshot, update.change)
        self._due_at = started + gap_after(preparing + self._now() - started)

    async def _sleep_until(self, moment: float) -> None:
        early = moment - self._now()
        if early > 0:
            await asyncio.sleep(early)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
