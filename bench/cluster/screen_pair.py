"""How soon an event is on a screen at a steady pace, counted into a file or into PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import defaultdict

import websockets
from latency import publisher

from tests.chain_stack import Chain

RATE = 100  # events/s, at random moments
CLIENTS = 200  # so that a client's events are seconds apart, and each is told by its number


async def to_screen(chain: Chain, seconds: float) -> list[float]:
    """Milliseconds from before each publish to the push, through Traefik, that shows it."""
    connection, publish = await publisher(chain.vhost)
    due: dict[str, dict[int, float]] = defaultdict(dict)
    shown: list[float] = []
    numbers = await _counts(chain)
    async with (
        connection,
        websockets.connect(chain.ws_url, compression=None) as socket,
        asyncio.TaskGroup() as group,
    ):
        watching = group.create_task(_watch(socket, due, shown))
        for turn in range(int(RATE * seconds)):
            await asyncio.sleep(random.expovariate(RATE))
            name = f"cliente_{turn % CLIENTS}"
            numbers[name] += 1
            due[name][numbers[name]] = time.perf_counter()
            group.create_task(publish(name))
        async with asyncio.timeout(30):
            while any(due.values()):  # noqa: ASYNC110 - it is shown elsewhere
                await asyncio.sleep(0.05)
        watching.cancel()
    return shown


async def _counts(chain: Chain) -> defaultdict[str, int]:
    """What each client has before."""
    async with websockets.connect(chain.ws_url, compression=None) as socket:
        while (said := json.loads(await socket.recv())).get("tipo") != "instantanea":
            continue
    return defaultdict(int, said["clientes"])


async def _watch(
    socket: websockets.ClientConnection, due: dict[str, dict[int, float]], shown: list[float]
) -> None:
    async for text in socket:
        now = time.perf_counter()
        for name, number in json.loads(text).get("clientes", {}).items():
            counted = [each for each in due[name] if each <= number]
            shown.extend((now - due[name].pop(each)) * 1e3 for each in counted)
