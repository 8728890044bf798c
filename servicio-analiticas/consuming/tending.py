"""Folds what was counted while nothing is."""

from __future__ import annotations

import asyncio

from comun.waiting import set_within
from database.failures import StoreUnavailableError
from live.live import Live
from storing.store import Store
from storing.store_thread import StoreThread

TEND_SECONDS = 1.0


async def tend(store: Store, thread: StoreThread, live: Live, stop: asyncio.Event) -> None:
    """Between any two small steps a batch gets in."""
    while not await set_within(stop, TEND_SECONDS):
        try:
            while await thread.run(store.tend) and not stop.is_set():
                pass
            live.future_events = await thread.run(store.read_future_events)
        except StoreUnavailableError:
            continue  # counting tells of it, and it can wait
