"""Brings batches into the store, one at a time, and what they changed into memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from consuming.hint_log import HintLog
from consuming.reject_log import RejectLog
from consuming.rejected_fields import RejectedFields
from consuming.waiting import set_within
from decoding.message import Message
from history.query import HistoryQuery
from history.turns import HistoryTurns, TooManyReadersError, cost_of
from live.live import Live
from storing.store import Committed, Store, StoreUnavailableError

LOG = logging.getLogger("analiticas.store")
RETRY_SECONDS = 1.0
TEND_SECONDS = 1.0
MOST_READERS = 32  # that wait for their turn
P = ParamSpec("P")
T = TypeVar("T")
Given = TypeVar("Given")


class BatchCounter:
    def __init__(self, store: Store, live: Live) -> None:
        self._store, self._live = store, live
        self._rejects, self.rejected_fields = RejectLog(), RejectedFields()
        self._hints = HintLog()
        self.copies_wait = asyncio.Event()
        """Something came that we have to set aside by ourselves; whoever does so clears it."""
        # One thread: SQLite's writes block, and the heartbeats must go on meanwhile.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        # History takes up to a second, and no commit waits for that.
        self._history_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._turns = HistoryTurns()
        self._reading, self._readers = asyncio.Semaphore(1), 0
        self._pauses = 0

    async def count(self, messages: Sequence[Message], stop: asyncio.Event) -> Committed | None:
        """
        Return once the batch is on the disk; None when told to stop before it could be.

        While the store is locked, full or read-only this waits, and with it the consumer: the
        messages stay unacknowledged. A CommitFailedError is not caught: the process must end.
        """
        committed = await self._until_written(self._apply, messages, stop)
        if committed is not None:
            self._resume()
            self._publish(committed, messages)
        return committed

    async def write(
        self, call: Callable[[Given], T], given: Given, stop: asyncio.Event
    ) -> T | None:
        """Let the store do something else than counting; as `count` in everything else."""
        paused = self._pauses
        written = await self._until_written(lambda it: self._on_thread(call, it), given, stop)
        if self._pauses != paused and written is not None:
            self._resume()  # only then: it may have had nothing to write
        return written

    async def ask(self, call: Callable[[Given], T], given: Given) -> T:
        """Let the store read something for this process itself."""
        return await self._on_thread(call, given)

    async def _until_written(
        self, call: Callable[[Given], Awaitable[T]], given: Given, stop: asyncio.Event
    ) -> T | None:
        while True:
            try:
                written = await call(given)
            except StoreUnavailableError as error:
                self._pause(error)
                if await set_within(stop, RETRY_SECONDS):
                    return None
            else:
                return written

    async def tend(self, stop: asyncio.Event) -> None:
        """Fold what was counted while nothing is; between any two small steps a batch gets in."""
        while not await set_within(stop, TEND_SECONDS):
            try:
                while await self._on_thread(self._store.tend) and not stop.is_set():
                    pass
                self._live.future_events = await self._on_thread(self._store.read_future_events)
            except StoreUnavailableError:
                continue  # counting tells of it, and it can wait

    async def rejections(self, limit: int) -> dict[str, Any]:
        return await self._read(self._store.read_rejections, limit)

    async def history(self, query: HistoryQuery, first: bool = False) -> dict[str, Any]:
        """Raises BadQueryError, NotKeptError, and TooManyReadersError."""
        cost = cost_of(query, self._store.levels, time.time())
        await self._turns.take(0 if first else cost)
        # Whoever asked may leave; the thread goes on, and so does its turn.
        return await asyncio.shield(asyncio.ensure_future(self._read_history(query, first)))

    async def _read_history(self, query: HistoryQuery, first: bool) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            reading = await self._on_thread(self._store.history_reading, query)
            return await loop.run_in_executor(self._history_thread, reading)
        finally:
            # Threads share one interpreter: counting gets at least as much of it as strangers do.
            rest = 0.0 if first else loop.time() - began
            loop.call_later(rest, self._turns.give)

    async def client(self, cliente: str) -> dict[str, Any] | None:
        return await self._read(self._store.read_client, cliente)

    async def _read(self, call: Callable[[Given], T], given: Given) -> T:
        """One read after the other, so that a batch waits for one at most."""
        if self._readers >= MOST_READERS:
            raise TooManyReadersError(f"{self._readers} others wait to read already")
        self._readers += 1
        try:
            await self._reading.acquire()
        finally:
            self._readers -= 1
        # Whoever asked may leave; the thread goes on, and so does its turn.
        reading = asyncio.ensure_future(self._on_thread(call, given))
        reading.add_done_callback(lambda _: self._reading.release())
        return await asyncio.shield(reading)

    def close(self) -> None:
        self._history_thread.shutdown()
        self._thread.shutdown()
        self._store.close()

    async def _on_thread(self, call: Callable[P, T], *given: P.args, **_: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, call, *given)

    async def _apply(self, messages: Sequence[Message]) -> Committed:
        self._live.counting = True
        try:
            return await self._on_thread(self._store.apply, messages)
        finally:
            self._live.counting = False

    def _pause(self, error: StoreUnavailableError) -> None:
        if self._live.vitals.almacen == "ok":
            LOG.error("the store can't be written (%s): paused, nothing is acknowledged", error)
        self._live.vitals.almacen = "en_pausa"
        self._pauses += 1

    def _resume(self) -> None:
        if self._live.vitals.almacen != "ok":
            LOG.info("the store can be written again")
            self._live.vitals.almacen = "ok"

    def _publish(self, committed: Committed, messages: Sequence[Message]) -> None:
        live = self._live
        live.totals.add(*committed)
        live.vitals.newest_counted = messages[-1].timestamp or committed.generado
        live.rates.add(committed.tally.events, time.monotonic())
        live.delays.add(committed.tally.sent, time.time(), time.monotonic())
        live.ring()
        self.rejected_fields.add(reason for _, reason in committed.tally.rejected)
        if committed.tally.to_copy:
            live.vitals.copies += len(committed.tally.to_copy)
            self.copies_wait.set()
        self._rejects.report(committed.tally.rejected, time.monotonic())
        self._hints.report(committed.tally.untyped)
