"""What is known of alerts and of who was told, in memory as on the disk."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from judging.alarms import Alert
from keeping.alert_store import AlertStore, Key, Mute, Told

LOG = logging.getLogger("avisos.store")
T = TypeVar("T")
MOST_WAITING = 5_000  # alerts, while the disk takes nothing: then the oldest go


class Ledger:
    """
    Memory changes only after the disk has.

    What the disk does not take is tried again with the next round, and told to nobody before.
    """

    def __init__(self, store: AlertStore) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "alert-store")
        self.alerts = {alert.id: alert for alert in store.alerts()}
        self.told = store.told()
        self.uncertain = {key for key, told in self.told.items() if told.sending}
        self.mutes: list[Mute] = []
        self.writable = True
        self._waiting: dict[str, tuple[Alert, list[Key]]] = {}  # by id, for the disk

    @property
    def firing(self) -> list[Alert]:
        return [alert for alert in self.alerts.values() if alert.resolved is None]

    @property
    def resolved(self) -> list[Alert]:
        """The last ones first, with those that are not noted yet: what fires no more is here."""
        known = self.alerts | {key: alert for key, (alert, _) in self._waiting.items()}
        over = [alert for alert in known.values() if alert.resolved is not None]
        return sorted(over, key=lambda alert: alert.resolved or 0.0, reverse=True)

    async def note(self, changes: Iterable[tuple[Alert, list[Key]]]) -> bool:
        """Note what fires or is over, and who is to be told of it; return whether it is noted."""
        for alert, keys in changes:
            _, before = self._waiting.pop(alert.id, (alert, []))
            self._waiting[alert.id] = alert, [*before, *keys]
        while len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        if not self._waiting:
            return True
        waiting = list(self._waiting.values())
        alerts = [alert for alert, _ in waiting]
        told = {key: Told() for _, keys in waiting for key in keys if key not in self.told}
        forgotten = await self._try(lambda: self._store.note(alerts, told.items()))
        if forgotten is None:
            return False
        self._waiting.clear()
        self.told |= told
        self.alerts |= {alert.id: alert for alert in alerts}
        self._forget(set(forgotten))
        return True

    async def tell(self, told: dict[Key, Told], *, done: bool = False) -> bool:
        """
        Note how far each was told; return whether it is noted.

        What is *done* is known in memory at least: else it would be told again and again.
        """
        noted = await self._try(lambda: self._store.tell(told.items()))
        if noted is not None or done:
            self.told |= told
        return noted is not None

    async def keep_rhythms(self, packed: Iterable[tuple[str, bytes]]) -> None:
        rows = list(packed)
        await self._try(lambda: self._store.keep_rhythms(rows))

    async def read_mutes(self) -> None:
        now = time.time()
        found = await self._try(lambda: self._store.mutes(now))
        self.mutes = self.mutes if found is None else found

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()

    def _forget(self, ids: set[str]) -> None:
        if not ids:
            return
        self.alerts = {key: alert for key, alert in self.alerts.items() if key not in ids}
        self.told = {key: told for key, told in self.told.items() if key[0] not in ids}

    async def _try(self, work: Callable[[], T]) -> T | None:
        """None when the disk does not take it."""
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            if self.writable:
                LOG.error("can't write, and tell nobody of what is new meanwhile: %s", error)
            self.writable = False
            return None
        if not self.writable:
            LOG.info("can write again")
        self.writable = True
        return done
