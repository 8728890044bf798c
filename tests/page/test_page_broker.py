"""What a reader is told of the broker: what it does beside the queue, its alarms, its absence."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.faults.broker_control import control
from tests.foreign_publisher import amqp_publish, read, wait_for
from tests.page.conftest import page_chain
from tests.page.noted_states import (
    BACK_S,
    SHOWN_S,
    caused,
    counted,
    ended,
    expect_exact,
    noting_page,
)

OpenPage = Callable[..., Awaitable[Page]]
ASIDE = {
    "apartados": {"total": 5, "por_motivo": {"maxlen": 1, "expired": 4}},
    "por_apartar": {"broker": 7, "propios": 0},
    "escritura": "rechazada",
}
CLIENT = {"cliente": "tienda\u200b_1", "eventos": 9, "adelanto_s": 3599, "motivo": "hora_local"}


@pytest.fixture(scope="module")
def shared_chain(
    own_broker: Callable[[], Broker], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chain]:
    """One for all tests of this file, on a node that they may break."""
    with (
        own_broker().virtual_host() as vhost,
        page_chain(vhost, tmp_path_factory.mktemp("page-chain")) as chain,
    ):
        yield chain


async def open_told(page: Page, url: str, told: dict[str, Any]) -> None:
    """Open the page on the real panel, whose heartbeats also tell *told*."""

    def on_route(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def on_message(text: str | bytes) -> None:
            message = json.loads(text)
            if message["tipo"] == "latido":
                future = {"total": 12, "ultimo": message["ahora"], "clientes": [CLIENT], "otros": 3}
                message |= told | {"futuros": future}
            route.send(json.dumps(message))

        server.on_message(on_message)

    await page.route_web_socket("**/panel/ws", on_route)
    await page.goto(url)


async def test_what_the_broker_did_is_told(chain: Chain, open_page: OpenPage) -> None:
    """Set aside by reason; refused, which is not live; dated in the future by whom and why."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page("about:blank")
    await open_told(page, chain.web_url, ASIDE)

    await expect(page.locator("#aside")).to_have_text(
        "5 apartados por RabbitMQ (4 caducaron, 1 no cabía)"
    )
    # True as well of one that was sent again since, and counted: the numbers do not fall.
    await expect(page.locator(".left-out-label")).to_have_text("Sin contar al llegar, en mensajes:")
    for part in ("rejected", "conflicts", "aside"):
        await expect(page.locator(f"#{part}")).to_have_attribute("title", re.compile(r"; van a la"))
    await expect(page.locator("#badge-word")).to_have_text("Sin datos nuevos")
    await expect(page.locator("#badge-detail")).to_have_text("RabbitMQ rechaza lo que se publica")
    await expect(page.locator("#flow [data-part=queue]")).to_contain_text("rechaza")
    await expect(page.locator("#rejections-title")).to_have_text("5 mensajes sin contar al llegar")
    notices = page.locator(".notice")
    await expect(notices).to_have_count(2)
    await expect(notices.last).to_contain_text("12 eventos tienen fecha futura")
    await expect(notices.last).to_contain_text(
        "tienda\\u{200B}_1\u2069 (9): parece hora local de UTC+1"
    )
    await expect(page.locator("#aside-waiting")).to_have_text(
        "7 esperan a que RabbitMQ los aparte", timeout=20_000
    )


async def test_an_alarm_of_the_broker_is_told(chain: Chain, open_page: OpenPage) -> None:
    """A broker that takes nothing for want of memory is told, and since when; counting goes on."""
    broker = chain.vhost.broker
    with ExitStack() as after:
        amqp_publish(chain.vhost, '{"cliente":"a"}')
        page = await open_page(chain.web_url)
        queue = page.locator("#flow [data-part=queue]")
        state_url = f"{chain.report_url}/estado"
        before = wait_for(state_url, lambda said: said["escritura"] == "ok", 30)

        after.callback(control, broker, "set_vm_memory_high_watermark", "0.4")
        control(broker, "set_vm_memory_high_watermark", "0.000001")
        alarm = wait_for(state_url, lambda said: said["escritura"] == "bloqueada", 30)

        assert (before["broker"], alarm["broker"]) == ("conectado", "bloqueado")
        assert alarm["desde"] > before["desde"]
        assert read(f"http://127.0.0.1:{chain.routes.reporte_port}/readyz")["broker"] == "bloqueado"
        await expect(queue).to_have_attribute("data-state", "warns")
        await expect(queue).to_contain_text("no acepta más: falta memoria o disco · desde las")
        await expect(page.locator("#badge")).to_have_attribute("data-kind", "live")

        after.close()
        wait_for(state_url, lambda said: said["broker"] == "conectado", 30)
        await expect(queue).to_have_attribute("data-state", "ok")


async def test_broker_killed(chain: Chain, open_page: OpenPage) -> None:
    """Without a broker nothing new is counted: stale, and why; current once that is back."""
    broker = chain.vhost.broker
    page = await noting_page(chain, open_page)
    total = counted(chain)
    chain.vhost.wait_saved("cola_analiticas")

    def bring_back() -> None:
        broker.start()
        amqp_publish(chain.vhost, '{"cliente":"a"}')
        wait_for(f"{chain.report_url}/estado", lambda said: said["broker"] == "conectado")

    assert await caused(page, broker.kill, ("stale",)) <= SHOWN_S
    await expect(page.locator("#badge-detail")).to_contain_text("sin RabbitMQ desde las")
    await expect(page.get_by_role("status")).to_contain_text("se perdió RabbitMQ")
    await expect(page.locator("#flow")).to_contain_text("se perdió RabbitMQ; reconectando")
    await expect(page.locator("#content")).to_have_attribute("data-current", "no")
    assert await ended(page, bring_back) <= BACK_S
    await expect_exact(chain, page, total + 1)
