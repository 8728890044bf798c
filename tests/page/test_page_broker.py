"""What heartbeats tell of the broker beside the queue, as a reader sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, WebSocketRoute, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
ASIDE = {
    "apartados": {"total": 5, "por_motivo": {"maxlen": 1, "expired": 4}},
    "por_apartar": {"broker": 7, "propios": 0},
    "escritura": "rechazada",
}
CLIENT = {"cliente": "tienda\u200b_1", "eventos": 9, "adelanto_s": 3599, "motivo": "hora_local"}


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
