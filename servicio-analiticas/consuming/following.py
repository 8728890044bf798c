"""Brings what others count into the same store before whoever reads here."""

from __future__ import annotations

import asyncio
import time

from aside.aside_store import AsideStore
from comun.waiting import set_within
from database.failures import StoreUnavailableError
from live.instances import packed, unpacked
from live.live import Live
from storing.store import Others
from storing.store_thread import StoreThread

LOOK_SECONDS = 1.0  # between two looks when nothing is heard
SHARE_SECONDS = 1.0
NOTICE_SECONDS = 0.2  # in which a pause is told, and its end
PAUSE_SECONDS = 0.025  # between two looks when there always is: one brings all that came meanwhile
PATIENCE = 1.0  # seconds that a reader waits for a look


class Following:
    """A look at the store when another process has committed something, and once a second."""

    def __init__(self, others: Others, aside: AsideStore, thread: StoreThread, live: Live) -> None:
        self._others, self._aside, self._thread, self._live = others, aside, thread, live
        self._wanted = asyncio.Event()
        self._next: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(self._follow(stop), self._share(stop))

    async def _follow(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def heard() -> None:
            loop.call_soon_threadsafe(self._wanted.set)

        self._others.listen(heard)
        told = float("-inf")
        while not stop.is_set():
            await set_within(self._wanted, LOOK_SECONDS)
            self._wanted.clear()
            looking, self._next = self._next, loop.create_future()
            looking.set_result(await self._look())
            if loop.time() - told >= LOOK_SECONDS:
                told = loop.time()
                await self._read_set_aside()
            await set_within(stop, PAUSE_SECONDS)
        self._next.set_result(False)

    async def catch_up(self) -> bool:
        """Wait for a look that begins later than this call; return whether it saw the store."""
        self._wanted.set()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self._next)
        except TimeoutError:
            return False

    async def _look(self) -> bool:
        try:
            await self._thread.run(self._others.look)
        except StoreUnavailableError:
            return False  # whoever writes tells of it
        finally:
            self._live.hear(self._others.news())
        return True

    async def _share(self, stop: asyncio.Event) -> None:
        """How each of them is. Nothing waits here: that a COMMIT hangs is what they tell, too."""
        live, due, paused = self._live, 0.0, False
        while not stop.is_set():
            before, paused = paused, live.vitals.almacen != "ok"
            if paused or before or time.monotonic() >= due:
                due = time.monotonic() + SHARE_SECONDS
                self._others.tell(packed(live.instance()), soon=paused or before)
                live.others = [one for told in self._others.told if (one := unpacked(told))]
            await set_within(stop, NOTICE_SECONDS)

    async def _read_set_aside(self) -> None:
        live = self._live
        try:
            live.set_aside = await self._thread.run(self._aside.counts)
        except StoreUnavailableError:
            return
