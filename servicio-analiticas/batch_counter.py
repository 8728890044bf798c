"""Brings batches into the store, one at a time, and what they changed into memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from counting import Message
from live import Live
from reject_log import RejectLog
from store import Committed, Store, StoreUnavailableError

LOG = logging.getLogger("analiticas.store")
RETRY_SECONDS = 1.0


class BatchCounter:
    def __init__(self, store: Store, live: Live) -> None:
        self._store, self._live = store, live
        self._rejects = RejectLog()
        # One thread: SQLite's writes block, and the heartbeats must go on meanwhile.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def count(self, messages: Sequence[Message], stop: asyncio.Event) -> Committed | None:
        """
        Return once the batch is on the disk; None when told to stop before it could be.

        While the store is locked, full or read-only this waits, and with it the consumer: the
        messages stay unacknowledged. A CommitFailedError is not caught: the process must end.
        """
        while True:
            try:
                committed = await self._apply(messages)
            except StoreUnavailableError as error:
                self._pause(error)
                if await _set_within(stop, RETRY_SECONDS):
                    return None
            else:
                self._publish(committed, messages)
                return committed

    async def rejections(self, limit: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._store.read_rejections, limit)

    def close(self) -> None:
        self._thread.shutdown()
        self._store.close()

    async def _apply(self, messages: Sequence[Message]) -> Committed:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._store.apply, messages)

    def _pause(self, error: StoreUnavailableError) -> None:
        if self._live.vitals.almacen == "ok":
            LOG.error("the store can't be written (%s): paused, nothing is acknowledged", error)
        self._live.vitals.almacen = "en_pausa"

    def _publish(self, committed: Committed, messages: Sequence[Message]) -> None:
        live = self._live
        if live.vitals.almacen != "ok":
            LOG.info("the store can be written again")
            live.vitals.almacen = "ok"
        live.totals.add(*committed)
        live.vitals.newest_counted = messages[-1].timestamp or committed.generado
        live.rates.add(committed.tally.clientes.total(), time.monotonic())
        live.ring()
        self._rejects.report(committed.tally.rejected, time.monotonic())


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
