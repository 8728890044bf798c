"""From reports to viewers."""

from __future__ import annotations

import asyncio

from messages.deltas import Deltas
from messages.report_wire import Reporte
from push.hub import Hub
from push.pace import Pace


class Pusher:
    """Pushes what each report changes, when *pace* says."""

    def __init__(self, hub: Hub, pace: Pace) -> None:
        self._hub, self._pace = hub, pace
        self._deltas = Deltas()
        self.snapshot: bytes | None = None  # the newest
        self.pushes = 0  # so far

    def is_older(self, report: Reporte) -> bool:
        """Whether what is shown is newer, and of the same store."""
        return self._deltas.is_older(report)

    async def show(self, report: Reporte) -> None:
        """Push what *report* changes, if anything, as soon as that is due; an older one is none."""
        clock = asyncio.get_running_loop().time
        began = clock()
        update = self._deltas.advance(report)
        if update is None:
            return
        preparing = clock() - began
        await self._pace.until_due()
        started = clock()
        self.snapshot = update.snapshot
        self.pushes += 1
        await self._hub.publish(update.snapshot, update.change)
        self._pace.pushed(started, preparing + clock() - started)
