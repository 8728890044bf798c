"""A thousand requests that never end, at Traefik's web port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from tests.chain_stack import Chain
from tests.push.audience import Audience, show, until
from tests.push.flow import flow_into
from tests.push.machine import ESTABLISHED, resident, server_sockets
from tests.push.raw_viewer import Way

HALF = b"GET /panel/ws HTTP/1.1\r\nHost: localhost\r\n"
BEGINNINGS = (b"", b"G", HALF, HALF + b"X: " + b"x" * 2000)
FREED_WITHIN = 65  # seconds
LOOK_EVERY = 0.25  # seconds: looking through the kernel's table takes time
EACH = 250


class HalfRequest(asyncio.Protocol):
    """Sends the beginning, then a byte a second."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.port: int = transport.get_extra_info("sockname")[1]
        if self._beginning:
            transport.write(self._beginning)
            asyncio.get_running_loop().call_later(1, self._drip)

    def _drip(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"x")
            asyncio.get_running_loop().call_later(1, self._drip)


async def begin(way: Way, beginning: bytes) -> HalfRequest:
    _, half = await asyncio.get_running_loop().create_connection(
        lambda: HalfRequest(beginning), "127.0.0.1", way.port
    )
    return half


async def test_they_are_freed_and_others_are_served(
    chain: Chain, proxied: Way, note: Callable[[str], None]
) -> None:
    """Good viewers stay current and pages are answered meanwhile."""
    clock = asyncio.get_running_loop().time
    proxy = chain.parts["reverse-proxy"].pid
    async with flow_into(chain) as flow, Audience(proxied) as audience:
        good = await audience.enter(50)
        before, start = resident(proxy), clock()
        async with flow.flowing(rate=10):
            halves = [await begin(proxied, b) for b in BEGINNINGS for _ in range(EACH)]
            ports = {half.port for half in halves}
            held = len(server_sockets(proxied.port, ports))
            page = await asyncio.to_thread(httpx.get, chain.web_url, trust_env=False)
            more = resident(proxy) - before

            def freed() -> bool:
                return ESTABLISHED not in server_sockets(proxied.port, ports).values()

            await until(freed, FREED_WITHIN, "no half request is left", LOOK_EVERY)
            took = clock() - start
        report = await flow.counted()
        await until(lambda: show(good, report), 2, "every good viewer shows the report")
        for half in halves:
            half.transport.abort()

    note(f"{held} half requests at Traefik freed after {took:.1f} s; its memory {more:+.1f} MB")
    assert held == EACH * len(BEGINNINGS)
    assert page.status_code == 200
