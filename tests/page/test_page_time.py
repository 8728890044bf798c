"""What the page says of times when its machine's clock or a sender's past is not as usual."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import publish
from tests.stack import Part

OpenPage = Callable[..., Awaitable[Page]]
STEPPABLE = "window.step = 0; const real = Date.now; Date.now = () => real() + window.step;"
TO_SCREEN_IN_MS = re.compile(r"\+ pantalla \d+ ms$")
EVENTS_PER_SECOND = 50
RATE = "parseFloat(document.getElementById('rate').textContent.replace(',', '.'))"


@asynccontextmanager
async def publishing(chain: Chain) -> AsyncIterator[Part]:
    """A client that sends fifty events a second."""
    client = chain.client("reloj", EVENTS_PER_SECOND=EVENTS_PER_SECOND)
    client.start()
    try:
        yield client
    finally:
        client.stop()


async def total_after(page: Page, more: int) -> None:
    """Wait until the page shows that many more events than now."""
    shown = "parseInt(document.getElementById('total').textContent.replaceAll('.', ''), 10)"
    before: int = await page.evaluate(shown)
    await page.wait_for_function(f"() => {shown} >= {before + more}", timeout=30_000)


async def test_clock_of_the_browser_is_set(chain: Chain, open_page: OpenPage) -> None:
    """A minute and a half forth or back changes no rate and no delay."""
    async with publishing(chain):
        page = await open_page("about:blank")
        await page.add_init_script(STEPPABLE)
        await page.goto(chain.web_url)
        await page.wait_for_function(f"() => {RATE} > {EVENTS_PER_SECOND / 2}")
        for step in (90_000, 0):
            await page.evaluate(f"window.step = {step}")
            await total_after(page, 3 * EVENTS_PER_SECOND)

            assert await page.evaluate(RATE) > EVENTS_PER_SECOND / 2
            await expect(page.locator("#delay-detail")).to_have_text(TO_SCREEN_IN_MS)
            await expect(page.locator("#badge-word")).to_have_text("En vivo")


async def test_backfill_is_no_delay(chain: Chain, open_page: OpenPage) -> None:
    """Events of yesterday that are sent today are told apart from those that are late."""
    yesterday = [{"cliente": "importador", "timestamp": time.time() - 86_400}] * 50
    page = await open_page(chain.web_url)
    await expect(page.locator("#badge-word")).to_have_text("En vivo")

    await publish(chain.vhost, yesterday)

    await expect(page.locator("#delay-old")).to_have_text("1 mensaje de hace tiempo, aparte")
    async with publishing(chain):  # until one of them is soon on its way, on a busy machine too
        await expect(page.locator("#delay")).to_have_text(re.compile(r"^\d+ ms$"), timeout=30_000)
    await expect(page.locator("#badge-word")).to_have_text("En vivo")
