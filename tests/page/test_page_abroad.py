"""The page where it meets other browsers, other addresses and other proxies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
SPEAKS = """
Object.defineProperty(Navigator.prototype, "language", {get: () => TAGS[0]});
Object.defineProperty(Navigator.prototype, "languages", {get: () => TAGS});
"""


@pytest.fixture(scope="module")
def one(shared_chain: Chain) -> Chain:
    """A chain with one event, which the tests of this file only read."""
    amqp_publish(shared_chain.vhost, '{"cliente":"a"}')
    return shared_chain


async def none_missing(page: Page, badge: str) -> None:
    """The total, the history and the state are there."""
    await expect(page.locator("#total")).to_have_text("1")
    await expect(page.locator("#legend li")).to_have_text(["a1"])
    await expect(page.locator("#plot canvas")).to_be_visible()
    await expect(page.locator("#badge-word")).to_have_text(badge)


async def test_odd_languages_and_a_password_in_the_address(
    one: Chain, open_page: OpenPage, complaints: list[str]
) -> None:
    """What a browser calls its language, or what its address holds, takes nothing away."""
    for tags, badge in ((["en-US@posix"], "Live"), (["C"], "En vivo")):
        page = await open_page("about:blank")
        await page.add_init_script(SPEAKS.replace("TAGS", str(tags)))
        await page.goto(one.web_url)
        await none_missing(page, badge)
    page = await open_page(one.web_url.replace("://", "://someone:secret@"))
    await none_missing(page, "En vivo")
    assert complaints == []


async def test_handshake_that_hangs(one: Chain, open_page: OpenPage) -> None:
    """Plain requests show the numbers while the socket brings nothing."""
    page = await open_page("about:blank")
    await page.route_web_socket("**/panel/ws", lambda route: None)
    await page.goto(one.web_url)

    await none_missing(page, "Cada 5 s")
    await expect(page.locator(".notice")).to_have_count(0)
