"""Questions about history: one at a time, and in a thread of their own."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asking.outliving import outliving
from asking.turns import HistoryTurns, cost_of
from history.query import HistoryQuery
from storing.store import HistorySnapshots
from storing.store_thread import StoreThread
from usual.usual_query import UsualQuery


class HistoryQuestions:
    def __init__(self, snapshots: HistorySnapshots, thread: StoreThread) -> None:
        self._snapshots, self._thread = snapshots, thread
        # An answer takes up to a second, and no commit waits for that.
        self._own_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._turns = HistoryTurns()

    async def ask(self, query: HistoryQuery | UsualQuery, first: bool = False) -> dict[str, Any]:
        """Raises BadQueryError, NotKeptError, and TooManyReadersError."""
        cost = cost_of(query, self._snapshots.levels, time.time())
        await self._turns.take(0 if first else cost)
        # Whoever asked may leave; the thread goes on, and so does its turn.
        return await outliving(self._answer(query, first))

    async def _answer(self, query: HistoryQuery | UsualQuery, first: bool) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            snapshot = await self._thread.run(self._snapshots.pin)
            return await loop.run_in_executor(self._own_thread, snapshot.answer, query)
        finally:
            # Threads share one interpreter: counting gets at least as much of it as strangers do.
            rest = 0.0 if first else loop.time() - began
            loop.call_later(rest, self._turns.give)

    def close(self) -> None:
        self._own_thread.shutdown()
