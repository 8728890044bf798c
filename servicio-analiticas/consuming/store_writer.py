"""Lets the store write, and waits while it can't."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from comun.waiting import set_within
from database.failures import StoreUnavailableError
from live.vitals import Vitals
from storing.store_thread import StoreThread

LOG = logging.getLogger("analiticas.store")
RETRY_SECONDS = 1.0
SILENT_SECONDS = 1.0  # a COMMIT that waits for a disk, or for a standby, returns in the end
T = TypeVar("T")
Given = TypeVar("Given")


class StoreWriter:
    def __init__(self, thread: StoreThread, vitals: Vitals) -> None:
        self._thread, self._vitals = thread, vitals
        self._silent = False

    async def write(
        self, call: Callable[[Given], T], given: Given, stop: asyncio.Event
    ) -> T | None:
        """
        Return once it is on the disk; None when told to stop before it could be.

        While the store is locked, full or read-only this waits, and with it whoever consumes:
        the messages stay unacknowledged. A CommitFailedError is not caught: the process must end.
        """
        paused = False
        while True:
            try:
                written = await self._run(call, given)
            except StoreUnavailableError as error:
                self.failed(error)
                paused = True
                if await set_within(stop, RETRY_SECONDS):
                    return None
            else:
                if paused or self._silent:  # only then: it may have had nothing to write
                    self.worked()
                return written

    async def _run(self, call: Callable[[Given], T], given: Given) -> T:
        notice = asyncio.get_running_loop().call_later(SILENT_SECONDS, self._is_silent)
        try:
            return await self._thread.run(call, given)
        finally:
            notice.cancel()

    def worked(self) -> None:
        """Something was written for certain."""
        if self._vitals.almacen != "ok":
            LOG.info("the store can be written again")
            self._vitals.almacen = "ok"
        self._silent = False

    def failed(self, error: StoreUnavailableError) -> None:
        """Nothing can be written now; told once."""
        if self._vitals.almacen == "ok" or self._silent:
            LOG.error("the store can't be written (%s): paused, nothing is acknowledged", error)
        self._vitals.almacen, self._silent = "en_pausa", False

    def _is_silent(self) -> None:
        if self._vitals.almacen == "ok":
            LOG.warning(
                "the store has not answered for %.0f s: paused until it does, nothing is"
                " acknowledged",
                SILENT_SECONDS,
            )
            self._vitals.almacen, self._silent = "en_pausa", True
