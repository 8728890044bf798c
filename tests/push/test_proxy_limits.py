"""The proxy's own limits by address, made small enough to be reached."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from parts.proxy import SETTINGS, proxy_command, proxy_environment
from push.access.limits import Limits
from reporting.front_door import KEPT_FREE
from reporting.report_server import MOST_CONNECTIONS
from tests.chain_stack import Chain
from tests.port_ranges import free_ports
from tests.push.raw_viewer import Way
from tests.stack import ROOT, Part, answers

ROUTES = (SETTINGS / "routes.yml").read_text()
AVERAGE, BURST, AMOUNT = "average: 1000", "burst: 10000", "amount: 11000"
REPORTS = "amount: 300"
ONE, ANOTHER = "127.0.0.1", "127.0.0.2"
Start = Callable[[str], Way]


@pytest.fixture
def proxy_with(chain: Chain, tmp_path: Path) -> Iterator[Start]:
    """Starts another Traefik before the same panel, with other routes."""
    with ExitStack() as stack:

        def start(routes: str) -> Way:
            path = tmp_path / "routes.yml"
            path.write_text(routes)
            web, dashboard = free_ports(2)
            ports = replace(chain.routes, web_port=web, traefik_port=dashboard)
            environment = proxy_environment(ports, os.environ)
            environment["TRAEFIK_PROVIDERS_FILE_FILENAME"] = str(path)
            page = f"http://127.0.0.1:{web}/panel/livez"
            part = Part(
                "other-proxy", proxy_command(), environment, tmp_path, lambda _: answers(page)
            )
            stack.callback(part.kill)
            part.start()
            return Way("through a strict Traefik", web, "/panel/ws")

        yield start


@asynccontextmanager
async def visit(way: Way, address: str) -> AsyncIterator[int]:
    """Come from an address of this machine, and stay; yields the handshake's status."""
    reader, writer = await asyncio.open_connection(ONE, way.port, local_addr=(address, 0))
    writer.write(way.handshake())
    async with asyncio.timeout(10):
        yield int((await reader.readline()).split()[1])
    writer.close()


async def visits(stack: AsyncExitStack, way: Way, address: str, count: int) -> list[int]:
    return [await stack.enter_async_context(visit(way, address)) for _ in range(count)]


async def test_viewers_of_an_address_are_limited(proxy_with: Start) -> None:
    """One too many is refused, another address is not concerned, and who leaves makes room."""
    way = proxy_with(ROUTES.replace(AMOUNT, "amount: 3"))
    async with AsyncExitStack() as stack:
        assert await visits(stack, way, ONE, 4) == [101, 101, 101, 429]
        assert await visits(stack, way, ANOTHER, 1) == [101]

    async def there_is_room() -> bool:
        async with visit(way, ONE) as status:
            return status == 101

    async with asyncio.timeout(5):
        while not await there_is_room():  # noqa: ASYNC110 - Traefik has no event for it
            await asyncio.sleep(0.05)


async def test_handshakes_of_an_address_are_limited(proxy_with: Start) -> None:
    """Those beyond the burst are refused, and another address is not concerned."""
    strict = ROUTES.replace(AVERAGE, "average: 1\n        period: 1h").replace(BURST, "burst: 3")
    way = proxy_with(strict)
    async with AsyncExitStack() as stack:
        assert await visits(stack, way, ONE, 5) == [101, 101, 101, 429, 429]
        assert await visits(stack, way, ANOTHER, 1) == [101]


async def test_one_too_many_at_the_report_is_told_when_to_come(proxy_with: Start) -> None:
    """The proxy's own refusal says so; an answer of the report does not."""
    way = proxy_with(ROUTES.replace(REPORTS, "amount: 1"))
    url = f"http://{ONE}:{way.port}/reporte"
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(20):
        etag = (first := await client.get(url)).headers["ETag"]
        waits = {"If-None-Match": etag, "Prefer": "wait=25"}
        place = asyncio.create_task(client.get(url, headers=waits, timeout=30))
        while (refused := await client.get(url)).status_code == httpx.codes.OK:
            if place.done():  # the only place was ours just then
                place = asyncio.create_task(client.get(url, headers=waits, timeout=30))
        place.cancel()

    assert not {"retry-after", "connection"} & first.headers.keys()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert refused.headers["Connection"] == "close"
    assert "Content-Security-Policy" in refused.headers


def test_the_report_is_refused_at_the_proxy_first() -> None:
    """Where a refusal costs less than in the process that counts."""
    amount = middlewares()["reporte-requests"]["inFlightReq"]["amount"]

    assert amount < MOST_CONNECTIONS - MOST_CONNECTIONS // KEPT_FREE
    assert f"by the proxy | {amount} at a time |" in (ROOT / "docs" / "operations.md").read_text()


def middlewares() -> dict[str, Any]:
    routes = re.sub(r"\{\{.*?\}\}", "", ROUTES[ROUTES.index("\nhttp:") :])
    found: dict[str, Any] = yaml.safe_load(routes)["http"]["middlewares"]
    return found


def test_the_first_belt_is_the_panels() -> None:
    """What ships is looser than the panel, which says when to come back, and documented."""
    handshakes, viewers = middlewares()["push-handshakes"], middlewares()["push-viewers"]
    panel = Limits()

    assert handshakes["rateLimit"]["average"] > panel.handshakes_per_second
    assert handshakes["rateLimit"]["burst"] > panel.handshakes_burst
    assert viewers["inFlightReq"]["amount"] >= panel.viewers + panel.strangers
    assert (
        f"| {viewers['inFlightReq']['amount']:,} viewers; {handshakes['rateLimit']['burst']:,} "
        f"handshakes at once, then {handshakes['rateLimit']['average']:,} a second; "
    ) in (ROOT / "docs" / "websocket.md").read_text()
