"""
Watches one or more addresses of `/panel/ws`: `viewer_process.py NAME=URL…`.

Prints `ready` when each has its first message. Each line on stdin is answered with one line of
JSON: for each NAME its pushes since the line before, as [arrival in ns, total]. Ends with stdin.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import NoReturn

import msgspec
from websockets.asyncio.client import connect

from fed_by_stdin import fed


class Push(msgspec.Struct):
    """What is read of a message; a heartbeat has no total."""

    total: int | None = None


class Watcher:
    def __init__(self, url: str) -> None:
        self._url = url
        self._pushes: list[tuple[int, int]] = []
        self.started = asyncio.Event()

    async def watch(self) -> NoReturn:
        """Raises ConnectionClosed when the panel ends it."""
        decode = msgspec.json.Decoder(Push).decode
        async with connect(self._url, compression=None, max_size=None, proxy=None) as socket:
            while True:
                message = await socket.recv(decode=False)
                arrival = time.monotonic_ns()
                total = decode(message).total
                if total is not None:
                    self._pushes.append((arrival, total))
                    self.started.set()

    def take(self) -> list[tuple[int, int]]:
        taken, self._pushes = self._pushes, []
        return taken


async def answer(watchers: dict[str, Watcher]) -> None:
    for watcher in watchers.values():
        await watcher.started.wait()
    print("ready", flush=True)
    async for _ in fed():
        taken = {name: watcher.take() for name, watcher in watchers.items()}
        print(msgspec.json.encode(taken).decode(), flush=True)


async def run(addresses: list[str]) -> None:
    pairs = [address.partition("=") for address in addresses]
    watchers = {name: Watcher(url) for name, _, url in pairs}
    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(watcher.watch()) for watcher in watchers.values()]
        await answer(watchers)
        for task in watching:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
