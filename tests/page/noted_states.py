"""A live page that notes each state of its badge, by the clock that this process reads too."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, read

OpenPage = Callable[..., Awaitable[Page]]
Act = Callable[[], Any]
SHOWN_S, BACK_S = 3.0, 2.0  # promises of the page: docs/page.md
CURRENT = ("live", "behind", "polling")
LONG_MS = 60_000  # far beyond the promise: what is late is told with its time
RECOVERS_MS = 20_000
# Every wait that is drawn by lot is as long as it can be.
WORST_LOT = "Math.random = () => 0.999;"
NOTE_STATES = """() => {
  const badge = document.getElementById("badge");
  window.states = [];
  const note = () => window.states.push([badge.dataset.kind, Date.now() / 1000]);
  new MutationObserver(note).observe(badge, {attributes: true, attributeFilter: ["data-kind"]});
}"""
SHOWN = """([kinds, since]) => {
  const seen = window.states.find(([kind, at]) => kinds.includes(kind) && at >= since);
  return seen === undefined ? null : {after: seen[1] - since};
}"""
NUMBERS = "() => Number(document.getElementById('total').textContent.replace(/[^0-9]/g, ''))"


def counted(chain: Chain) -> int:
    """The events that the chain has counted so far."""
    total: int = read(chain.report_url)["total"]
    return total


def spanish(number: int) -> str:
    """A whole number as the page writes it in Spanish."""
    return f"{number:,}".replace(",", ".")


async def noting_page(chain: Chain, open_page: OpenPage) -> Page:
    """A live page, with at least one event, that notes the states of its badge."""
    before = counted(chain)
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page("about:blank")
    await page.add_init_script(WORST_LOT)
    await page.goto(chain.web_url)
    await expect(page.locator("#badge")).to_have_attribute("data-kind", "live")
    await expect(page.locator("#total")).to_have_text(spanish(before + 1))
    await page.evaluate(NOTE_STATES)
    return page


async def shown_after(page: Page, kinds: tuple[str, ...], since: float) -> float:
    """Wait until the badge shows one of these; return how long after *since* it first did."""
    found = await page.wait_for_function(SHOWN, arg=[kinds, since], timeout=LONG_MS)
    value: dict[str, float] = await found.json_value()
    return value["after"]


async def caused(page: Page, act: Act, kinds: tuple[str, ...]) -> float:
    """Do something to the chain; return how long after that the badge showed one of these."""
    began = time.time()
    act()
    return await shown_after(page, kinds, began)


async def ended(page: Page, act: Act) -> float:
    """Let a part serve again; return how long after it does the badge vouches for the numbers."""
    began = time.time()
    act()
    served = time.time()
    return await shown_after(page, CURRENT, began) + began - served


async def expect_exact(chain: Chain, page: Page, total: int) -> None:
    """The page ends with all that was published, as `/reporte` does."""
    await page.wait_for_function(f"() => ({NUMBERS})() === {total}", timeout=LONG_MS)
    assert counted(chain) == total


async def expect_state(page: Page, word: str | re.Pattern[str], current: str, icon: str) -> None:
    """Badge, numbers, tab and its icon tell the same."""
    await expect(page.locator("#badge-word")).to_have_text(word, timeout=RECOVERS_MS)
    await expect(page.locator("#content")).to_have_attribute("data-current", current)
    await expect(page).to_have_title(re.compile(r" · Pulso$"))
    await expect(page.locator("#favicon")).to_have_attribute("href", f"./static/icons/{icon}.svg")
