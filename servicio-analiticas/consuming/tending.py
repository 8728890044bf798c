"""Folds what was counted while nothing is."""

from __future__ import annotations

import asyncio

from comun.waiting import set_within
from consuming.store_writer import StoreWriter
from database.failures import StoreUnavailableError
from live.live import Live
from storing.store import Store
from storing.store_thread import StoreThread

TEND_SECONDS = 1.0


async def tend(
    store: Store, thread: StoreThread, writer: StoreWriter, live: Live, stop: asyncio.Event
) -> None:
    """Between any two small steps a batch gets in. A store that is away is noticed by this, too."""
    failed = False
    while not await set_within(stop, TEND_SECONDS):
        try:
            while await thread.run(store.tend) and not stop.is_set():
                pass
            live.future_events = await thread.run(store.read_future_events)
            if failed:  # it did what it could not do before
                writer.worked()
                failed = False
        except StoreUnavailableError as error:
            writer.failed(error)
            failed = True
