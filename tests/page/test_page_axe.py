"""No rule of WCAG 2.2 AA is broken, in either theme, either language, wide and at 320 px."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.backlog import keep_backlog, publish_backlog
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish
from tests.page.axe_rules import THEMES, Theme, expect_no_violation, open_with_axe, put_axe_into

OpenPage = Callable[..., Awaitable[Page]]
BACKLOG = 1_000  # messages: some seconds of counting
EVENTS = '[{"cliente":"a"},{"cliente":"b","evento":"clic"}]'


@pytest_asyncio.fixture(loop_scope="session")
async def page(chain: Chain, open_page: OpenPage) -> Page:
    """A page with clients, types, and rejected messages laid open."""
    amqp_publish(chain.vhost, EVENTS)
    amqp_publish(chain.vhost, "no es json")
    page = await open_with_axe(open_page, chain.web_url)
    await expect(page.locator("#legend li")).to_have_count(2)
    await page.locator("#rejections summary").click()
    await expect(page.locator(".samples li").first).to_be_visible()
    return page


async def none_in(page: Page, kind: str, themes: Sequence[Theme] = THEMES) -> None:
    """Wait for this state of the badge; axe finds nothing in it, and it is still the same then."""
    badge = page.locator("#badge")
    await expect(badge).to_have_attribute("data-kind", kind, timeout=30_000)
    await expect_no_violation(page, kind, themes)
    assert await badge.get_attribute("data-kind") == kind


@asynccontextmanager
async def meanwhile(*going: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let these go on until the end of the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in going]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def test_nothing_counted_yet(empty: Chain, open_page: OpenPage) -> None:
    """The empty page with the command that publishes a first event."""
    page = await open_with_axe(open_page, empty.web_url)
    await expect(page.locator("#empty")).to_be_visible()

    await none_in(page, "live")


async def test_live_and_all_that_opens(page: Page) -> None:
    """Live: the page, compared, the table with a filter, the menu, the help; then paused."""
    await none_in(page, "live")
    await page.keyboard.press("v")
    await expect(page.locator("#chart-compared")).to_be_visible()
    await page.locator("#table-toggle").click()
    await page.locator("#clients .pick").first.click()
    await expect(page.locator(".steps tbody tr").first).to_be_visible()
    await page.locator("#export summary").click()
    await none_in(page, "live")
    await page.locator("#export summary").click()
    await page.locator("#help-open").click()
    await none_in(page, "live")
    await page.keyboard.press("Escape")
    await page.locator("#pause").click()
    await none_in(page, "paused")


async def test_stale_then_catching_up(chain: Chain, page: Page) -> None:
    """Without the analytics; paused meanwhile; then while a backlog is counted."""
    analytics, sent = chain.parts["servicio-analiticas"], time.time()
    analytics.kill()
    await none_in(page, "stale")
    await page.locator("#pause").click()
    await none_in(page, "paused")
    await page.locator("#pause").click()
    await publish_backlog(chain.vhost, BACKLOG, ["a", "b"], sent=sent)
    analytics.start()
    async with meanwhile(keep_backlog(chain.vhost, BACKLOG, ["a", "b"], sent)):
        await none_in(page, "behind")
    chain.vhost.purge("cola_analiticas")


async def test_offline_then_reconnecting(chain: Chain, page: Page) -> None:
    """Without the network, then without the panel."""
    await page.context.set_offline(True)
    await none_in(page, "offline")
    await page.context.set_offline(False)
    chain.parts["panel-visual"].kill()
    await none_in(page, "reconnecting")


async def test_polling(chain: Chain, open_page: OpenPage) -> None:
    """Where the panel refuses the WebSocket: with the notice that names the setting."""
    amqp_publish(chain.vhost, EVENTS)
    origin = chain.origin.replace("127.0.0.1", "pulso.localhost")
    page = await open_with_axe(open_page, f"{origin}/panel/")
    await expect(page.locator(".notice code")).to_be_visible(timeout=20_000)

    await none_in(page, "polling")


@pytest.mark.parametrize("theme", THEMES)
async def test_connecting(chain: Chain, open_page: OpenPage, theme: Theme) -> None:
    """While the first message of the first socket is on its way, for 12 s at most."""
    page = await open_page("about:blank", bypass_csp=True, reduced_motion="reduce")
    await page.route_web_socket("**/panel/ws", lambda route: None)  # opens, and brings nothing
    await page.route("**/panel/estado.json", lambda route: None)
    await page.goto(chain.web_url)
    await put_axe_into(page)

    await none_in(page, "connecting", (theme,))
