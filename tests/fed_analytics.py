"""The analytics' own store, history and report, fed by a test instead of by a broker."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from analytics_settings import Settings
from asking.history_questions import HistoryQuestions
from consuming.store_writer import StoreWriter
from consuming.tending import tend
from counting.totals import IdWindow
from decoding.message import Message
from live.announcer import Announcer
from live.live import Live
from reporting.report_server import create_reports, serve_reports
from sqlite.file_store import open_store
from storing.store_thread import StoreThread
from tests.port_ranges import free_ports

WINDOW = IdWindow(604_800, 1_000_000)


class FedAnalytics:
    """*port* serves all of `/reporte…`, in this process; it says that the broker is connected."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self._store = open_store(folder / "pulso.db", WINDOW)
        self._live, self._thread = Live(self._store.load()), StoreThread()
        self._live.vitals.broker_is("conectado")
        self._announcer = Announcer(self._live, None)
        self._messages = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[FedAnalytics]:
        stop, writer = asyncio.Event(), StoreWriter(self._thread, self._live.vitals)
        history = HistoryQuestions(self._store.history, self._thread)
        app = partial(create_reports, self._live, self._store, self._thread, history, None)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(serve_reports(Settings(reporte_port=self.port), app, stop))
                group.create_task(tend(self._store, self._thread, writer, self._live, stop))
                try:
                    yield self
                finally:
                    stop.set()
                    self._live.close()
        finally:
            history.close()
            self._thread.close()
            self._store.close()

    async def count(self, events: Sequence[dict[str, Any]]) -> None:
        """As if one message had come with them."""
        self._messages += 1
        body, now = json.dumps(events).encode(), time.time()
        message = Message(1, body, f"fed-{self._messages}", timestamp=now, arrived=now)
        committed = await self._thread.run(self._store.apply, [message])
        self._announcer.tell(committed, now)
