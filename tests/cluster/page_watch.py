"""Viewers behind the proxy of a cluster: when does each page say that something is wrong?"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

VIEWERS = 6
SILENCE = 12.0  # seconds after which a page takes its connection for dead (docs/websocket.md)
AGAIN = 0.2
LOOK = 0.05
NOT_CONNECTED = (OSError, TimeoutError, WebSocketException)
GOOD = {"analiticas": "en_linea", "broker": "conectado", "almacen": "ok"}
NUMBERS = ("miembros", "instancias")


def complains(message: Mapping[str, Any]) -> bool:
    """What a page shows as a fault: a part's state, or fewer of it than there are."""
    if message["tipo"] != "latido":
        return False
    if any(message[field] != good for field, good in GOOD.items()):
        return True
    numbers = (message[field] for field in NUMBERS)
    return any(each is not None and each["en_linea"] < each["total"] for each in numbers)


class PageWatch:
    """A thread with VIEWERS sockets; each comes back when it is lost, as a page does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._told: list[list[float]] = [[] for _ in range(VIEWERS)]
        self._seen = [False] * VIEWERS
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page-watch", daemon=True)

    @contextmanager
    def at_work(self) -> Iterator[PageWatch]:
        """Every one of them has been shown numbers by then."""
        self._thread.start()
        try:
            self._until(lambda: all(self._seen), 30)
            yield self
        finally:
            self._end.set()
            self._thread.join()

    def slowest(self, since: float, most: float) -> float:
        """
        Seconds from *since* until the last page had said something; infinity if not all did.

        *since* is of the monotonic clock. Returns once that is known.
        """
        self._until(lambda: all(self._after(since)), since + most - time.monotonic())
        return max(min(told, default=float("inf")) for told in self._after(since)) - since

    def _after(self, since: float) -> list[list[float]]:
        return [[at for at in told if at >= since] for told in self._told]

    def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(LOOK)

    def _run(self) -> None:
        asyncio.run(self._watch_all())

    async def _watch_all(self) -> None:
        watching = [asyncio.create_task(self._watch(n)) for n in range(VIEWERS)]
        await asyncio.to_thread(self._end.wait)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    async def _watch(self, number: int) -> None:
        told = self._told[number]
        while True:
            try:
                async with connect(self._url, compression=None, proxy=None, close_timeout=1) as it:
                    await self._read(it, number)
            except NOT_CONNECTED:
                told.append(time.monotonic())
            await asyncio.sleep(AGAIN)

    async def _read(self, socket: ClientConnection, number: int) -> None:
        """Until it is lost, or silent."""
        while True:
            try:
                async with asyncio.timeout(SILENCE):  # wait_for of 3.11 may swallow a cancellation
                    text = await socket.recv()
            except TimeoutError:
                self._told[number].append(time.monotonic())
                return
            self._seen[number] = True
            if complains(json.loads(text)):
                self._told[number].append(time.monotonic())
