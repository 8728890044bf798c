"""The panel between the real analytics and the real proxy."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, read


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """Each test has clients of its own, and leaves every part at work."""
    return lasting_chain


def viewer_of(chain: Chain, **options: Any) -> connect:
    """A program that watches through the proxy."""
    return connect(chain.ws_url, **{"compression": None, "proxy": None} | options)


async def until(
    viewer: ClientConnection, condition: Callable[[dict[str, Any]], bool], seconds: float
) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        while True:
            message: dict[str, Any] = json.loads(await viewer.recv())
            if condition(message):
                return message


def says(analiticas: str) -> Callable[[dict[str, Any]], bool]:
    return lambda m: m["tipo"] == "latido" and m["analiticas"] == analiticas


def counts(message: dict[str, Any]) -> bool:
    return bool(message["tipo"] != "latido")


async def test_an_event_becomes_a_change(chain: Chain) -> None:
    """What is published reaches a viewer as a change that adds up to the report."""
    async with viewer_of(chain) as viewer:
        first = await until(viewer, counts, 10)
        events = [{"cliente": "nueva"}, {"cliente": "otra", "evento": "clic"}]
        await publish(chain.vhost, events)
        change = await until(viewer, counts, 5)

    assert first["tipo"] == "instantanea"
    assert (change["tipo"], change["previa"]) == ("cambio", first["version"])
    assert change["clientes"] == {"nueva": 1, "otra": 1}
    report = read(chain.report_url)
    shown = change | {key: first[key] | change[key] for key in ("clientes", "eventos")}
    assert {k: shown[k] for k in report} == report


async def test_frozen_killed_and_replaced_analytics(chain: Chain) -> None:
    """A silence is told within 3 s and heals by itself; another store is a new snapshot."""
    analytics = chain.parts["servicio-analiticas"]
    await publish(chain.vhost, {"cliente": "helada"})
    async with viewer_of(chain) as viewer:
        await until(viewer, says("en_linea"), 10)
        analytics.pause()
        offline = await until(viewer, says("caida"), 3.5)
        analytics.resume()
        online = await until(viewer, says("en_linea"), 3)

        analytics.kill()
        await until(viewer, says("caida"), 3.5)
        state = read(f"{chain.web_url}estado.json")
        chain.store_path.rename(chain.store_path.with_suffix(".old"))
        await publish(chain.vhost, {"cliente": "b"})
        await asyncio.to_thread(analytics.start)
        fresh = await until(viewer, lambda m: m.get("clientes") == {"b": 1}, 10)

    assert offline["broker"] is None
    assert online["datos_de"] > offline["datos_de"]
    assert state["instantanea"]["clientes"]["helada"] == 1
    assert state["latido"]["analiticas"] == "caida"
    assert fresh["epoca"] != state["instantanea"]["epoca"]


async def test_only_the_own_page_may_watch(chain: Chain) -> None:
    """The proxy keeps the origin, and the panel knows the port that browsers see."""
    async with viewer_of(chain, origin=chain.origin) as viewer:
        await viewer.recv()
    for origin in ("null", "http://evil.example", chain.origin + ".evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            async with viewer_of(chain, origin=origin):
                pass
        assert refused.value.response.status_code == 403


async def test_a_restart_is_told_and_repaired(chain: Chain) -> None:
    """Viewers behind the proxy see 1012, and get everything again from the next panel."""
    panel, total = chain.parts["panel-visual"], read(chain.report_url)["total"]
    async with viewer_of(chain) as viewer:
        await until(viewer, says("en_linea"), 10)
        assert await asyncio.to_thread(panel.stop) == 0
        with pytest.raises(ConnectionClosed) as closed:
            await until(viewer, lambda m: False, 5)
    await publish(chain.vhost, {"cliente": "reparada"})
    await asyncio.to_thread(panel.start)
    async with viewer_of(chain) as viewer:
        snapshot = await until(viewer, lambda m: m.get("total") == total + 1, 5)

    assert closed.value.rcvd and closed.value.rcvd.code == 1012
    assert snapshot["tipo"] == "instantanea"
    assert snapshot["clientes"]["reparada"] == 1
