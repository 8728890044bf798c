"""What a reader sees while parts are away: never a number that nobody vouches for."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.backlog import EVENTS, publish_backlog
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish
from tests.page.noted_states import RECOVERS_MS, counted, expect_exact, expect_state, spanish

OpenPage = Callable[..., Awaitable[Page]]
BACKLOG, MORE = 300, 100  # messages
COUNTED_S = 60
NOTE_BADGE = """() => {
  window.said = [];
  const badge = document.getElementById("badge");
  const note = () => {
    window.said.push([badge.dataset.kind, document.getElementById("badge-detail").textContent]);
  };
  new MutationObserver(note).observe(badge, {
    attributes: true, subtree: true, childList: true, characterData: true,
  });
}"""
SAID_BEHIND = "said.filter(([kind]) => kind === 'behind').map(([, text]) => text)"


async def test_catching_up(chain: Chain, open_page: OpenPage) -> None:
    """After an absence the page says how far behind the counting is, and ends exactly right."""
    total = counted(chain)
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")
    await page.evaluate(NOTE_BADGE)
    chain.parts["servicio-analiticas"].kill()
    sent, messages = time.time(), BACKLOG
    await publish_backlog(chain.vhost, BACKLOG, ["a", "b"])
    await expect_state(page, "Sin datos nuevos", "no", "stale")

    chain.parts["servicio-analiticas"].start()

    async with asyncio.timeout(COUNTED_S):
        while not (said := await page.evaluate(SAID_BEHIND)):
            if counted(chain) > total + (messages - BACKLOG) * EVENTS:  # fewer wait than at first
                await publish_backlog(chain.vhost, MORE, ["a", "b"], sent=sent)
                messages += MORE
            await asyncio.sleep(0.05)
    assert re.fullmatch(r"[\d.]+ mensajes? atrás, unos \d+ s", said[0])
    await expect_exact(chain, page, total + messages * EVENTS)
    await expect_state(page, "En vivo", "yes", "live")


async def test_panel_killed_and_back(chain: Chain, open_page: OpenPage) -> None:
    """Without a panel the page counts down to its next try; a new panel brings exact numbers."""
    total = counted(chain)
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    chain.parts["panel-visual"].kill()
    amqp_publish(chain.vhost, '{"cliente":"a"}')

    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    await expect(page.locator("#badge-detail")).to_have_text(
        re.compile(r"intento \d+ · datos de las \d\d:\d\d:\d\d")
    )
    await expect(page.locator("#total")).to_have_text(spanish(total))
    await expect(page.get_by_role("status")).to_have_text("Conexión perdida; reconectando.")

    chain.parts["panel-visual"].start()
    await page.get_by_role("button", name="Reintentar ahora").click()

    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator("#total")).to_have_text(spanish(total + 1))
    await expect(page.get_by_role("button", name="Reintentar ahora")).to_be_hidden()


async def test_network_gone_and_back(chain: Chain, open_page: OpenPage) -> None:
    """A browser that lost its network says so, and tries again as soon as that is back."""
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    await page.context.set_offline(True)
    chain.parts["panel-visual"].kill()
    await expect_state(page, "Sin conexión", "no", "lost")
    chain.parts["panel-visual"].start()
    await page.context.set_offline(False)

    await expect_state(page, "En vivo", "yes", "live")


async def test_another_store(chain: Chain, open_page: OpenPage) -> None:
    """Counting that starts anew is said in words, until the reader closes it."""
    total = counted(chain)
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page(chain.web_url)
    await expect(page.locator("#total")).to_have_text(spanish(total + 2))
    analytics = chain.parts["servicio-analiticas"]
    analytics.stop()
    chain.forget()

    analytics.start()
    amqp_publish(chain.vhost, '{"cliente":"b"}')

    notice = page.locator(".notice")
    await expect(notice).to_contain_text("El conteo empezó de nuevo", timeout=RECOVERS_MS)
    await expect(page.locator("#total")).to_have_text("1")
    await notice.get_by_role("button", name="Cerrar").click()
    await expect(notice).to_have_count(0)


async def test_refused_origin(chain: Chain, open_page: OpenPage) -> None:
    """Where the panel refuses the WebSocket, the page polls, says so, and names the setting."""
    total = counted(chain)
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    origin = chain.origin.replace("127.0.0.1", "pulso.localhost")
    page = await open_page(f"{origin}/panel/")

    await expect_state(page, "Cada 5 s", "yes", "live")
    await expect(page.locator("#badge-detail")).to_contain_text("sin WebSocket")
    await expect(page.locator(".notice code")).to_have_text(f"PANEL_ORIGENES={origin}")
    assert f"PANEL_ORIGENES={origin}" in chain.parts["panel-visual"].log
    await expect(page.locator("#total")).to_have_text(spanish(total + 1))
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#total")).to_have_text(spanish(total + 2))


@pytest.mark.parametrize("file", ["js/main.js", "js/model/pipeline.js", "css/tables.css"])
async def test_file_that_does_not_arrive(chain: Chain, open_page: OpenPage, file: str) -> None:
    """A page of which a part is lost says so and loads again, until it is complete."""
    page = await open_page("about:blank")
    lost = f"**/static/{file}"
    await page.route(lost, lambda route: route.abort())
    await page.goto(chain.web_url)
    await expect(page.locator(".incomplete")).to_be_visible()

    await page.unroute(lost)

    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator(".incomplete")).to_be_hidden()
