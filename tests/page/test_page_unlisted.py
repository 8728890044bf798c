"""What the page says where the analytics have no history to give, and never will."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, wait_for

OpenPage = Callable[..., Awaitable[Page]]
PLACES = 500  # clients with a series of their own
SAID = {
    "es": "Sin historia propia: hay demasiados nombres."
    " Sus eventos están en el total y en «otros».",
    "en": "No history of its own: too many names. Its events are in the total and in “others”.",
}


@pytest.fixture(scope="module")
def full(shared_chain: Chain) -> Chain:
    """A chain that the tests of this file only read: every place is taken, x found none."""
    names = [*(f"c{n}" for n in range(PLACES)), "x", "x"]
    asyncio.run(publish(shared_chain.vhost, [{"cliente": name} for name in names]))
    wait_for(shared_chain.report_url, lambda report: report["total"] == len(names))
    return shared_chain


@pytest.mark.parametrize("name", ["x", "nadie"], ids=["without a series", "never seen"])
@pytest.mark.parametrize("language", ["es", "en"])
async def test_reason_is_said_where_there_is_no_series(
    full: Chain, open_page: OpenPage, name: str, language: str
) -> None:
    """A client for whom there was no place has no chart: the page says that, not "again"."""
    page = await open_page(f"{full.web_url}?cliente={name}&lang={language}")

    await expect(page.locator("#chart-empty")).to_have_text(SAID[language])
    await expect(page.locator("#plot canvas")).to_be_hidden()
    await page.locator(".chip").click()
    await expect(page.locator("#chart-empty")).to_be_hidden()
    await expect(page.locator("#legend li")).to_have_count(7)


async def test_past_that_cannot_be_read_now_is_tried_again(
    full: Chain, open_page: OpenPage
) -> None:
    """
    Only the analytics say that there is no history of a time; one that is away says nothing.

    Whoever came there by the keyboard stays on the chart, and can go on to another time.
    """
    page = await open_page(full.web_url)
    await expect(page.locator("#plot canvas")).to_be_visible()
    full.parts["servicio-analiticas"].kill()
    await page.locator("#plot").focus()

    await page.keyboard.press("Shift+ArrowLeft")

    await expect(page.locator("#chart-empty")).to_have_text(
        "La historia no está disponible ahora. Se reintenta."
    )
    await expect(page.locator("#plot canvas")).to_be_hidden()
    await expect(page.locator("#plot")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    assert await page.locator("#plot .u-cursor-x").is_hidden()
    full.parts["servicio-analiticas"].start()
    await expect(page.locator("#chart-empty")).to_be_hidden(timeout=40_000)
