"""What the README promises of one event, on the real broker, through the real proxy."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest
import websockets

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, grown, publish, read, wait_for


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """Each test has names of its own, and looks at what has come to be."""
    return lasting_chain


async def frames_until(
    ws_url: str, condition: Callable[[dict[str, int]], bool], seconds: float = 5
) -> dict[str, int]:
    """The state of a viewer (counts by client), once it meets the condition."""
    shown: dict[str, int] = {}
    async with asyncio.timeout(seconds), websockets.connect(ws_url, compression=None) as socket:
        async for text in socket:
            frame = json.loads(text)
            if frame["tipo"] == "instantanea":
                shown = frame["clientes"]
            elif frame["tipo"] == "cambio":
                shown |= frame["clientes"]
            if condition(shown):
                return shown
    return shown


async def test_foreign_event_is_counted_and_shown(chain: Chain) -> None:
    """An event of a program that knows nothing of us is in the report and at every viewer."""
    before = read(chain.report_url)
    watching = asyncio.create_task(frames_until(chain.ws_url, lambda shown: "externo" in shown))
    await asyncio.sleep(0.1)

    amqp_publish(chain.vhost, '{"cliente":"externo"}')

    assert (await watching)["externo"] == 1
    assert read(chain.report_url)["clientes"] == before["clientes"] | {"externo": 1}


async def test_array_is_a_batch(chain: Chain) -> None:
    """An array of three events in one message counts three."""
    before = read(chain.report_url)
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b"},{"cliente":"a"}]')

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == 3)

    assert report["clientes"] == before["clientes"] | {"a": 2, "b": 1}


async def test_copies_conflicts_and_no_id(chain: Chain) -> None:
    """The same id counts once, with another body not at all; no id counts each time."""
    before, book = read(chain.report_url), read(f"{chain.report_url}/libro")
    for body in ({"cliente": "uno"}, {"cliente": "uno"}, {"cliente": "otro"}):
        await publish(chain.vhost, body, "el-mismo")
    for _ in range(2):
        amqp_publish(chain.vhost, '{"cliente": "nadie"}')

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == 3)

    assert report["clientes"] == before["clientes"] | {"nadie": 2, "uno": 1}
    assert [grown(report, before, key) for key in ("duplicados", "conflictos")] == [1, 1]
    later = read(f"{chain.report_url}/libro")
    assert grown(later, book, "sin_id") == 2
    assert grown(later["mensajes"], book["mensajes"], "recibidos") == 5


async def test_client_from_header_and_app_id(chain: Chain) -> None:
    """Without a client in the body the header names it, and without a header app_id does."""
    before = read(chain.report_url)
    await publish(chain.vhost, {}, headers={"X-Client-Name": "cabecera"}, app_id="programa")
    await publish(chain.vhost, {}, app_id="programa")

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == 2)

    assert report["clientes"] == before["clientes"] | {"cabecera": 1, "programa": 1}


async def test_report_over_the_wire(chain: Chain) -> None:
    """Through proxy and server: ETag, 304, a wait that ends with the next event, problems."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        first = await client.get(chain.report_url)
        known = {"If-None-Match": first.headers["ETag"]}
        assert (await client.get(chain.report_url, headers=known)).status_code == 304

        waiting = asyncio.create_task(
            client.get(chain.report_url, headers={**known, "Prefer": "wait=5"})
        )
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await publish(chain.vhost, {"cliente": "a"})
        answer = await waiting
        assert grown(answer.json(), first.json(), "total") == 1
        assert answer.headers["Preference-Applied"] == "wait=5"

        problem = await client.get(f"{chain.report_url}?limite=0")
        assert problem.status_code == 400
        assert problem.headers["Content-Type"] == "application/problem+json"


async def test_panel_without_slash(chain: Chain) -> None:
    """`/panel` leads to `/panel/`, keeps the query, and names no host."""
    url = chain.web_url.rstrip("/")
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{url}?lang=en")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "panel/?lang=en"


async def test_analytics_killed_while_clients_publish(chain: Chain) -> None:
    """After kill -9 and a while the total is exactly what was confirmed, and nobody noticed."""
    before = read(chain.report_url)
    stop = asyncio.Event()
    confirmed = [0]

    async def keep_publishing(cliente: str) -> None:
        while not stop.is_set():
            await publish(chain.vhost, {"cliente": cliente}, f"{cliente}-{confirmed[0]}")
            confirmed[0] += 1

    async def more(events: int) -> None:
        wanted = confirmed[0] + events
        while confirmed[0] < wanted:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.02)

    clients = [asyncio.create_task(keep_publishing(f"cliente_{n}")) for n in range(3)]
    analytics = chain.parts["servicio-analiticas"]
    async with asyncio.timeout(60):
        await more(40)
        await asyncio.to_thread(analytics.kill)
        await more(100)
        await asyncio.to_thread(analytics.start)
        await more(40)
    stop.set()
    await asyncio.gather(*clients)

    wait_for(chain.report_url, lambda r: grown(r, before, "total") >= confirmed[0])
    await asyncio.sleep(0.5)
    assert grown(read(chain.report_url), before, "total") == confirmed[0] >= 180


async def etag(chain: Chain) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(chain.report_url)).headers["ETag"]


async def test_etag_survives_a_restart(chain: Chain) -> None:
    """A restart without events changes nothing: counts, version and ETag are the same."""
    total = read(chain.report_url)["total"]
    await publish(chain.vhost, {"cliente": "a"})
    wait_for(chain.report_url, lambda r: r["total"] == total + 1)
    before = await etag(chain)
    analytics = chain.parts["servicio-analiticas"]

    await asyncio.to_thread(analytics.kill)
    await asyncio.to_thread(analytics.start)

    assert await etag(chain) == before
