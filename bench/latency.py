"""
How fast one event is on a screen, and how fast `Prefer: wait` answers: `make bench`.

Starts a broker, the analytics, the panel and Traefik of its own. One event at a time, at random
moments, from a program that shares no code with ours; latency runs from the moment before
publish() to the WebSocket message, or the report, that includes the event. One clock.
"""

from __future__ import annotations

import asyncio
import json
import platform
import random
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aio_pika
import httpx
import websockets

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain, private_chain
from tests.ending import end_in_order

EVENTS = 500
WAITS = 50
Publish = Callable[[str], Coroutine[Any, Any, None]]


def percentile(sorted_values: list[float], q: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(q * len(sorted_values)))]


def line(name: str, seconds: list[float]) -> str:
    values = sorted(1000 * s for s in seconds)
    shown = "  ".join(f"p{q:g} {percentile(values, q / 100):6.1f}" for q in (50, 90, 99))
    return f"{name:44} {shown}  max {values[-1]:6.1f} ms  ({len(values)} events)"


async def publisher(vhost: VirtualHost) -> tuple[aio_pika.abc.AbstractConnection, Publish]:
    connection = await aio_pika.connect(vhost.url)
    channel = await connection.channel()
    exchange = await channel.get_exchange("eventos_clientes", ensure=False)

    async def publish(cliente: str) -> None:
        body = json.dumps({"cliente": cliente, "evento": "clic"}).encode()
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await exchange.publish(message, routing_key="", timeout=10)

    return connection, publish


async def to_viewer(ws_url: str, publish: Publish, cliente: str) -> list[float]:
    """Seconds from before publish() to the WebSocket message that includes each event."""
    latencies = []
    async with websockets.connect(ws_url, compression=None) as socket:
        for n in range(1, EVENTS + 1):
            await asyncio.sleep(random.uniform(0.03, 0.09))  # noqa: S311
            start = time.perf_counter()
            publishing = asyncio.create_task(publish(cliente))
            while json.loads(await socket.recv()).get("clientes", {}).get(cliente) != n:
                continue
            latencies.append(time.perf_counter() - start)
            await publishing
    return latencies


async def to_report(url: str, publish: Publish, cliente: str) -> list[float]:
    """Seconds from before publish() to the answer of a request that waits for it."""
    latencies = []
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        etag = (await client.get(url)).headers["ETag"]
        for _ in range(WAITS):
            headers = {"If-None-Match": etag, "Prefer": "wait=5"}
            waiting = asyncio.create_task(client.get(url, headers=headers))
            await asyncio.sleep(random.uniform(0.03, 0.09))  # noqa: S311
            start = time.perf_counter()
            await publish(cliente)
            etag = (await waiting).headers["ETag"]
            latencies.append(time.perf_counter() - start)
    return latencies


async def confirms(publish: Publish) -> list[float]:
    """Seconds for a confirmed publish alone: the part of the above that is the broker's."""
    latencies = []
    for _ in range(WAITS):
        await asyncio.sleep(0.03)
        start = time.perf_counter()
        await publish("solo")
        latencies.append(time.perf_counter() - start)
    return latencies


async def measure(chain: Chain) -> None:
    connection, publish = await publisher(chain.vhost)
    async with connection:
        direct = f"ws://127.0.0.1:{chain.routes.push_port}/ws"
        waits = await to_report(chain.report_url, publish, "espera")
        print(line("publish to confirm", await confirms(publish)))
        print(line("event to answer of `Prefer: wait`", waits))
        print(line("event to viewer, through Traefik", await to_viewer(chain.ws_url, publish, "a")))
        print(line("event to viewer, direct", await to_viewer(direct, publish, "b")))


def machine() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    model = next((row.partition(": ")[2] for row in lines if row.startswith("model name")), "?")
    cores = sum(row.startswith("processor") for row in lines)
    return f"{cores} cores, {model}, Python {platform.python_version()}, everything on one machine"


def main() -> None:
    end_in_order("make bench")
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="pulso-bench-") as folder,
        private_chain(Path(folder)) as chain,
    ):
        asyncio.run(measure(chain))


if __name__ == "__main__":
    main()
