"""A panel that reads from the chain's panel, both as processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish
from tests.heard_messages import first_state, is_offline, is_online, messages_until
from tests.port_ranges import free_ports
from tests.stack import HTTP, Part, python_part


@pytest.fixture
def panels(vhost: VirtualHost, tmp_path: Path) -> Iterator[tuple[Chain, Part]]:
    """The chain, whose panel others may read, and a second panel that does."""
    chain = Chain(vhost, tmp_path)
    first_feed, second_feed, page, push = free_ports(4)
    first = chain.parts["panel-visual"]
    first.environment["PANEL_REPORTE_PORT"] = str(first_feed)
    settings = {
        "REPORTE_URL": f"http://127.0.0.1:{first_feed}",
        "PANEL_PORT": page,
        "PUSH_PORT": push,
        "PANEL_REPORTE_PORT": second_feed,
    }
    second = python_part("second-panel", "panel-visual/panel.py", settings, tmp_path)
    with chain.at_work():
        second.start()
        try:
            yield chain, second
        finally:
            second.kill()


def watched(panel: Part) -> connect:
    url = f"ws://127.0.0.1:{panel.environment['PUSH_PORT']}/ws"
    return connect(url, compression=None, proxy=None)


async def shown(viewer: ClientConnection, total: int) -> None:
    await messages_until(viewer, lambda m: m.get("total") == total)


async def test_what_is_counted_comes_through_a_panel(panels: tuple[Chain, Part]) -> None:
    """An event, the absence of what is read, its return; and a circle is refused."""
    chain, second = panels
    first, analytics = chain.parts["panel-visual"], chain.parts["servicio-analiticas"]
    async with watched(second) as viewer:
        await first_state(viewer)
        await publish(chain.vhost, {"cliente": "a"})
        await shown(viewer, 1)

        first.kill()
        await messages_until(viewer, is_offline, seconds=3.5)
        await publish(chain.vhost, {"cliente": "a"})
        await asyncio.to_thread(first.start)
        await shown(viewer, 2)
        await messages_until(viewer, is_online)

        analytics.pause()
        await messages_until(viewer, is_offline, seconds=3.5)
        analytics.resume()
        await messages_until(viewer, is_online)

        first.kill()
        mine = f"http://127.0.0.1:{second.environment['PANEL_REPORTE_PORT']}"
        first.environment["REPORTE_URL"] = mine
        await asyncio.to_thread(first.start)
        await messages_until(viewer, is_offline)
        feed = f"http://127.0.0.1:{first.environment['PANEL_REPORTE_PORT']}"
        async with asyncio.timeout(10):
            while "leads back to this panel" not in first.log + second.log:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        answers = [HTTP.get(f"{url}/reporte").status_code for url in (feed, mine)]
    assert answers.count(508) == 1
    through_the_page = HTTP.get(f"{chain.web_url}reporte")

    assert through_the_page.status_code == 404, "its own port alone"
