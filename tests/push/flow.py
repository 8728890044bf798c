"""Events that flow through the real broker, and how long each took to the screens."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractExchange

from tests.chain_stack import Chain
from tests.foreign_publisher import EXCHANGE, read, wait_for

CLIENTES, TIPOS = 40, 12


class Flow:
    """Publishes; knows when the event that made a total was due."""

    def __init__(self, chain: Chain, exchange: AbstractExchange) -> None:
        self._chain, self._exchange = chain, exchange
        self._first = self.total = int(read(chain.report_url)["total"])
        self._due: list[float] = []

    async def publish(self, events: int = 1, due: float | None = None) -> None:
        """One message with so many events, confirmed."""
        clock = asyncio.get_running_loop().time
        self._due += [clock() if due is None else due] * events
        numbers = range(self.total, self.total + events)
        self.total += events
        body = [
            {"cliente": f"cliente_{n % CLIENTES}", "evento": f"evento_{n % TIPOS}"} for n in numbers
        ]
        message = aio_pika.Message(json.dumps(body).encode())  # the library makes up an id
        await self._exchange.publish(message, routing_key="", timeout=20)

    async def run(self, rate: float, seconds: float = math.inf, events: int = 1) -> None:
        """So many messages a second, each at its due time or as soon as possible after it."""
        clock = asyncio.get_running_loop().time
        start, sent = clock(), 0
        while (due := start + sent / rate) < start + seconds:
            await asyncio.sleep(max(0, due - clock()))
            await self.publish(events, due)
            sent += 1

    @asynccontextmanager
    async def flowing(self, rate: float) -> AsyncIterator[None]:
        """Events at this rate meanwhile."""
        task = asyncio.create_task(self.run(rate))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def due(self, total: int) -> float:
        """When the event was due that made *total*."""
        return self._due[total - self._first - 1]

    async def counted(self) -> dict[str, object]:
        """Return the report once it has everything."""
        url = self._chain.report_url
        return dict(await asyncio.to_thread(wait_for, url, lambda r: r["total"] >= self.total, 20))


@asynccontextmanager
async def flow_into(chain: Chain) -> AsyncIterator[Flow]:
    """The only publisher of the chain meanwhile."""
    async with await aio_pika.connect(chain.vhost.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        yield Flow(chain, await channel.get_exchange(EXCHANGE, ensure=False))


class Latencies:
    """From when an event was due to each screen that shows it; pass `changed` to viewers."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._from = flow.total
        self.found: list[float] = []

    def changed(self, before: int, now: int) -> None:
        at = asyncio.get_running_loop().time()
        self.found += [
            at - self._flow.due(total) for total in range(max(before, self._from) + 1, now + 1)
        ]

    def start_anew(self) -> Sequence[float]:
        """Return what was found since the last time, in order."""
        found, self.found = sorted(self.found), []
        self._from = self._flow.total
        return found


def milliseconds(found: Sequence[float]) -> str:
    """Say p50, p99 and the largest of sorted seconds."""
    p50, p99 = (found[min(int(len(found) * share), len(found) - 1)] for share in (0.5, 0.99))
    return f"p50 {p50 * 1e3:.1f}, p99 {p99 * 1e3:.1f}, max {found[-1] * 1e3:.1f} ms"
