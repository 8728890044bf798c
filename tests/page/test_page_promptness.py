"""
How soon the badge says what is: not later than 3 s after a fault, 2 s after its end.

These bounds are promises of the page, so unlike elsewhere time is asserted here. What a reader
sees meanwhile is looked at in the same outage: never a number that nobody vouches for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish
from tests.page.noted_states import (
    BACK_S,
    CURRENT,
    LONG_MS,
    SHOWN_S,
    caused,
    counted,
    ended,
    expect_exact,
    expect_state,
    noting_page,
    shown_after,
    spanish,
)

OpenPage = Callable[..., Awaitable[Page]]
HEARTBEAT_S = 5.0
READ_HISTORIES = """() => new Set(
  performance.getEntriesByType("resource")
    .filter((one) => /\\/(historia|habitual)\\?/.test(one.name) && one.responseStatus === 200)
    .map((one) => one.name)
).size === 4"""
HIDE = """() => {
  Object.defineProperty(document, "hidden", {get: () => true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(chain: Chain, open_page: OpenPage) -> Page:
    """A live page of this file's chain."""
    return await noting_page(chain, open_page)


async def test_analytics_killed(chain: Chain, page: Page, complaints: list[str]) -> None:
    """Without analytics numbers are stale within 3 s, and current 2 s after their return."""
    total, analytics = counted(chain), chain.parts["servicio-analiticas"]
    await expect_state(page, "En vivo", "yes", "live")
    await page.wait_for_function(READ_HISTORIES)  # what was never read is a 503 from here on

    assert await caused(page, analytics.kill, ("stale",)) <= SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect_state(page, "Sin datos nuevos", "no", "stale")
    since = r"desde las \d\d:\d\d:\d\d"
    await expect(page.locator("#badge-detail")).to_have_text(re.compile(since))
    await expect(page.get_by_role("status")).to_have_text(
        re.compile(rf"Sin datos nuevos {since}\.")
    )
    await expect(page.locator("#flow")).to_contain_text("no responde")
    await expect(page.locator("#total")).to_have_text(spanish(total))
    assert await ended(page, analytics.start) <= BACK_S

    await expect_exact(chain, page, total + 1)
    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator(".notice")).to_have_count(0)
    assert complaints == []


async def test_analytics_frozen(chain: Chain, page: Page, open_page: OpenPage) -> None:
    """
    Analytics that hang with open connections are noticed as soon as those that are gone.

    A tab in the background draws no numbers, but its title and icon stay true.
    """
    hidden = await noting_page(chain, open_page)
    await hidden.evaluate(HIDE)
    total, analytics = counted(chain), chain.parts["servicio-analiticas"]

    began = time.time()
    analytics.pause()
    for each in (page, hidden):
        assert await shown_after(each, ("stale",), began) <= SHOWN_S
    await expect_state(page, "Sin datos nuevos", "no", "stale")
    assert await hidden.title() == "Sin datos nuevos · Pulso"
    assert "stale" in (await hidden.locator("#favicon").get_attribute("href") or "")
    await expect(hidden.locator("#content")).to_have_attribute("data-current", "yes")
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    assert await ended(page, analytics.resume) <= BACK_S

    await expect_exact(chain, page, total + 1)


@pytest.mark.parametrize("part", ["panel-visual", "reverse-proxy"])
async def test_way_to_the_page_killed(chain: Chain, page: Page, part: str) -> None:
    """After a long absence too, the page is back within 2 s, whatever its next try was due at."""
    total, gone = counted(chain), chain.parts[part]

    assert await caused(page, gone.kill, ("reconnecting",)) <= SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#badge-detail")).to_contain_text("intento 5", timeout=LONG_MS)
    assert await ended(page, gone.start) <= BACK_S

    await expect_exact(chain, page, total + 1)


async def test_panel_restarted(chain: Chain, page: Page) -> None:
    """A panel that says goodbye is missed at once, and its successor found within 2 s."""
    total, panel = counted(chain), chain.parts["panel-visual"]

    assert await caused(page, panel.stop, ("reconnecting",)) <= SHOWN_S
    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    assert await ended(page, panel.start) <= BACK_S

    await expect_state(page, "En vivo", "yes", "live")
    await expect_exact(chain, page, total)


async def test_panel_frozen(chain: Chain, page: Page) -> None:
    """A panel that falls silent is stale 3 s after the heartbeat that it owes, then given up."""
    total, panel = counted(chain), chain.parts["panel-visual"]

    assert await caused(page, panel.pause, ("stale",)) <= HEARTBEAT_S + SHOWN_S
    await expect_state(page, "Sin datos nuevos", "no", "stale")
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#badge")).to_have_attribute(
        "data-kind", "reconnecting", timeout=LONG_MS
    )
    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    assert await ended(page, panel.resume) <= BACK_S

    await expect_state(page, "En vivo", "yes", "live")
    await expect_exact(chain, page, total + 1)


async def test_network_cut(chain: Chain, page: Page) -> None:
    """A browser without network says so within 3 s, though its socket still looks open."""
    total, began = counted(chain), time.time()
    await page.context.set_offline(True)
    cut = time.time()  # once the browser says so
    assert await shown_after(page, ("offline",), began) + began - cut <= SHOWN_S

    await publish(chain.vhost, [{"cliente": "a"}] * 10)
    await expect(page.locator("#badge-detail")).to_contain_text("desde las")
    ended_at = time.time()
    await page.context.set_offline(False)
    back = time.time()

    assert await shown_after(page, CURRENT, ended_at) + ended_at - back <= BACK_S
    await expect_exact(chain, page, total + 10)
