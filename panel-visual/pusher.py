"""From reports to viewers."""

from __future__ import annotations

import asyncio

from deltas import Deltas
from hub import Hub
from pace import rest_after
from report_wire import Reporte


class Pusher:
    """Pushes what each report changes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._deltas = Deltas()
        self.snapshot: bytes | None = None  # the newest

    async def show(self, report: Reporte) -> None:
        """Push what *report* changes, if anything; return when the next one may come."""
        clock = asyncio.get_running_loop().time
        started = clock()
        update = self._deltas.advance(report)
        if update is not None:
            self.snapshot = update.snapshot
            await self._hub.publish(update.snapshot, update.change)
            await asyncio.sleep(rest_after(clock() - started))
