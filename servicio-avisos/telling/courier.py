"""Who brings alerts to one receiver: once each, however often it has to be tried."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from keeping.alert_store import Told
from keeping.ledger import Ledger
from telling.due import Due, due
from telling.not_told import NotToldError

LOG = logging.getLogger("avisos.courier")
FIRST_RETRY, LONGEST_RETRY = 1.0, 300.0  # seconds

Send = Callable[[list[Due]], Awaitable[None]]
"""Raises NotToldError."""


@dataclass(frozen=True)
class Manners:
    """*name* is shown. At most one message in *group* seconds, a reminder each *repeat*."""

    name: str
    group: float
    repeat: float | None


class Courier:
    """
    Notes that a message is on its way before it goes, and what became of it afterwards.

    So only a kill between the two can lead to a repeat, and the repeat says so.
    """

    def __init__(self, manners: Manners, send: Send, ledger: Ledger) -> None:
        self.manners, self._send, self._ledger = manners, send, ledger
        self.sent = self.failed = self.waiting = 0
        self.failing_since: float | None = None
        self.why = ""
        self._failures = 0
        self._next = 0.0
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until *stop*, and the end of what is on its way then."""
        while not stop.is_set():
            await self._news.wait()
            self._news.clear()
            await self.bring()

    async def bring(self) -> None:
        """Tell what is due, if it is time."""
        now = time.time()
        found = self._due(now)
        self.waiting = len(found)
        if not found or now < self._next or not await self._note(found, sending=True):
            return
        try:
            await self._send(found)
        except NotToldError as error:
            await self._failed(found, error, now)
        else:
            await self._told(found)

    def _due(self, now: float) -> list[Due]:
        ledger, name = self._ledger, self.manners.name
        alerts = ledger.alerts.values()
        repeat = self.manners.repeat
        return due(alerts, ledger.told, name, repeat, ledger.mutes, ledger.uncertain, now)

    async def _told(self, found: list[Due]) -> None:
        if self.failing_since is not None:
            LOG.info("%s: told again", self.manners.name)
        await self._note(found, sending=False, told_at=time.time())
        self._ledger.uncertain -= {(each.alert.id, self.manners.name) for each in found}
        self.sent += len(found)
        self.waiting = self._failures = 0
        self.failing_since, self.why = None, ""
        self._next = time.time() + self.manners.group

    async def _failed(self, found: list[Due], error: NotToldError, now: float) -> None:
        self.failed += 1
        if str(error) != self.why:
            self.why = str(error)
            LOG.warning("%s: can't be told of %d alerts: %s", self.manners.name, len(found), error)
        if error.maybe:
            self._ledger.uncertain |= {(each.alert.id, self.manners.name) for each in found}
        self.failing_since = now if self.failing_since is None else self.failing_since
        longest = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(self._failures, 16))
        self._failures += 1
        self._next = time.time() + random.uniform(longest / 2, longest)  # noqa: S311
        await self._note(found, sending=False)

    async def _note(self, found: list[Due], *, sending: bool, told_at: float | None = None) -> bool:
        """As it is now, or as it is once they are told."""
        noted = {}
        for each in found:
            key = (each.alert.id, self.manners.name)
            before = self._ledger.told.get(key, Told())
            stage, at = (before.stage, before.at) if told_at is None else (each.stage, told_at)
            noted[key] = Told(stage, sending, at)
        return await self._ledger.tell(noted, done=not sending)
