"""No rule of WCAG 2.2 AA is broken, in either theme, either language, wide and at 320 px."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.backlog import keep_backlog, publish_backlog
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
Pages = dict[str, Page]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const {violations} = await axe.run(document, {runOnly: rules});
  const said = (id, {target, failureSummary}) => `${id} ${target} ${failureSummary}`;
  return violations.flatMap(({id, nodes}) => nodes.map((node) => said(id, node)));
}"""
WIDTHS = (ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640))
# A row that slides to its new place covers another for a third of a second: nothing slides here.
READERS = {
    f"{theme} {locale}": {"color_scheme": theme, "locale": locale, "reduced_motion": "reduce"}
    for theme in ("light", "dark")
    for locale in ("es-ES", "en-US")
}
BACKLOG = 1_000  # messages: some seconds of counting
EVENTS = '[{"cliente":"a"},{"cliente":"b","evento":"clic"}]'


async def open_with_axe(open_page: OpenPage, url: str, **reader: Any) -> Page:
    page = await open_page(url, bypass_csp=True, **reader)
    # A page of which a file did not arrive loads again, and would lose what we put into it.
    await page.wait_for_selector("html[data-ready]:not([data-failed])", state="attached")
    await page.evaluate(AXE)
    return page


@pytest.fixture
async def pages(chain: Chain, open_page: OpenPage) -> Pages:
    """A page for each reader, with clients, types, and a rejected message laid open."""
    amqp_publish(chain.vhost, EVENTS)
    amqp_publish(chain.vhost, "no es json")
    pages = {
        name: await open_with_axe(open_page, chain.web_url, **reader)
        for name, reader in READERS.items()
    }
    for page in pages.values():
        await expect(page.locator("#legend li")).to_have_count(2)
        await page.locator("#rejections summary").click()
        await expect(page.locator(".samples li")).to_have_count(1)
    return pages


async def none_in(pages: Pages, kind: str) -> None:
    """Wait for this state of the badge; axe finds nothing in it, and it is still the same then."""
    for name, page in pages.items():
        await expect(page.locator("#badge")).to_have_attribute("data-kind", kind, timeout=30_000)
        for size in WIDTHS:
            await page.set_viewport_size(size)
            found: list[str] = await page.evaluate(RUN)
            assert found == [], (kind, name, size)
        assert await page.locator("#badge").get_attribute("data-kind") == kind


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


async def test_live_and_all_that_opens(pages: Pages) -> None:
    """Live: the page, compared, the table with a filter, the menu, the help; then paused."""
    await none_in(pages, "live")
    for page in pages.values():
        await page.keyboard.press("v")
        await expect(page.locator("#chart-compared")).to_be_visible()
        await page.locator("#table-toggle").click()
        await page.locator("#clients .pick").first.click()
        await expect(page.locator(".steps tbody tr").first).to_be_visible()
        await page.locator("#export summary").click()
    await none_in(pages, "live")
    for page in pages.values():
        await page.locator("#export summary").click()
        await page.locator("#help-open").click()
    await none_in(pages, "live")
    for page in pages.values():
        await page.keyboard.press("Escape")
        await page.locator("#pause").click()
    await none_in(pages, "paused")


async def test_stale_and_paused_without_news(chain: Chain, pages: Pages) -> None:
    """Without the analytics, and paused meanwhile."""
    chain.parts["servicio-analiticas"].kill()
    await none_in(pages, "stale")
    for page in pages.values():
        await page.locator("#pause").click()
    await none_in(pages, "paused")


async def test_reconnecting(chain: Chain, pages: Pages) -> None:
    """Without the panel."""
    chain.parts["panel-visual"].kill()
    await none_in(pages, "reconnecting")


async def test_offline(pages: Pages) -> None:
    """Without the network."""
    for page in pages.values():
        await page.context.set_offline(True)
    await none_in(pages, "offline")


async def test_catching_up(chain: Chain, pages: Pages) -> None:
    """While a backlog is counted."""
    analytics = chain.parts["servicio-analiticas"]
    analytics.kill()
    await publish_backlog(chain.vhost, BACKLOG, ["a", "b"])
    analytics.start()
    async with meanwhile(keep_backlog(chain.vhost, BACKLOG, ["a", "b"])):
        await none_in(pages, "behind")


async def test_polling(chain: Chain, open_page: OpenPage) -> None:
    """Where the panel refuses the WebSocket: with the notice that names the setting."""
    amqp_publish(chain.vhost, EVENTS)
    url = f"{chain.origin.replace('127.0.0.1', 'pulso.localhost')}/panel/"
    pages = {
        name: await open_with_axe(open_page, url, **reader) for name, reader in READERS.items()
    }
    for page in pages.values():
        await expect(page.locator(".notice code")).to_be_visible(timeout=20_000)
    await none_in(pages, "polling")


@pytest.mark.parametrize("name", READERS)
async def test_connecting(chain: Chain, open_page: OpenPage, name: str) -> None:
    """While the first message of the first socket is on its way."""
    page = await open_page("about:blank", bypass_csp=True, **READERS[name])
    await page.route_web_socket("**/panel/ws", lambda route: None)  # opens, and brings nothing
    await page.route("**/panel/estado.json", lambda route: None)
    await page.goto(chain.web_url)
    await page.evaluate(AXE)
    await none_in({name: page}, "connecting")


async def test_nothing_counted_yet(chain: Chain, open_page: OpenPage) -> None:
    """The empty page with the command that publishes a first event."""
    pages = {
        name: await open_with_axe(open_page, chain.web_url, **reader)
        for name, reader in READERS.items()
    }
    for page in pages.values():
        await expect(page.locator("#empty")).to_be_visible()
    await none_in(pages, "live")
