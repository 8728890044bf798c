"""The bell, its list and the chart's marks, on the real chain with an alert service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, read, wait_for
from tests.page.axe_rules import expect_no_violation, open_with_axe
from tests.page.conftest import Complaints

OpenPage = Callable[..., Awaitable[Page]]
HOSTILE = "<img src=x onerror=alert(1)>"
RULES = """
gracia: 1s
reglas:
  - {nombre: calla, tipo: silencio, cliente: "*", tras: 2s}
  - {nombre: poco, tipo: umbral, debajo: 1, ventana: 2s}
"""
NOTES = """
window.notes = [];
window.Notification = class extends window.Notification {
  constructor(title, options) { super(title, options); window.notes.push(options.body); }
};
"""


@pytest.fixture(scope="module")
def shared_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One with an alert service of impatient rules, for all tests of this file."""
    with broker.virtual_host() as vhost:
        chain = Chain(vhost, tmp_path_factory.mktemp("page-chain"))
        del chain.parts["entrada"]
        chain.add_alerts(RULES)
        with chain.at_work():
            yield chain


@pytest.fixture
def watched(chain: Chain) -> Chain:
    """Two clients fell silent, so all are: three alerts fire, until somebody sends again."""
    url = f"{chain.web_url}avisos"
    before = firing(read(url))
    send(chain)
    wait_for(url, lambda told: len(firing(told) - before) == 3, 30)
    return chain


def firing(told: Mapping[str, Any]) -> set[str]:
    return {each["id"] for each in told["activos"]}


def send(chain: Chain) -> None:
    amqp_publish(chain.vhost, json.dumps([{"cliente": each} for each in ("web", HOSTILE)]))


async def bell_says(page: Page, label: str) -> None:
    await expect(page.locator("#alerts-open")).to_have_attribute(
        "aria-label", label, timeout=30_000
    )


async def test_what_fires_is_listed_and_leads_to_its_moment(
    watched: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    """With the keyboard alone: the number, the list, the chart at that moment; then it is over."""
    page = await open_page(watched.web_url)
    await bell_says(page, "3 avisos activos")
    await page.keyboard.press("a")
    items = page.locator("#alerts-firing li")
    await expect(items).to_have_count(3)
    silent = items.filter(has_text="web⁩ calla desde las")
    await expect(silent).to_have_count(1)
    await expect(silent.locator(".note")).to_contain_text("calla · desde")
    await expect(items.filter(has_text=HOSTILE)).to_have_count(1)

    await silent.locator("button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#alerts")).to_be_hidden()
    await expect(page.locator("#chips")).to_contain_text("web")
    assert "cliente=web" in page.url
    await expect(page.locator("#plot")).to_be_focused()
    await page.keyboard.press("Escape")

    send(watched)
    await expect(page.locator("#announcement")).to_contain_text("resuelto", timeout=30_000)
    await page.keyboard.press("a")
    await expect(page.locator("#alerts-over li").first).to_contain_text("duró", timeout=30_000)
    assert complaints == []


async def test_the_moment_can_be_gone_to_before_the_numbers_are_there(
    watched: Chain, open_page: OpenPage
) -> None:
    """The keyboard is on the chart when it comes."""
    page = await open_page("about:blank")
    await page.route_web_socket("**/panel/ws", lambda route: None)  # opens, and brings nothing
    await page.route("**/panel/estado.json", lambda route: None)
    await page.goto(watched.web_url)
    await bell_says(page, "3 avisos activos")
    await page.keyboard.press("a")
    await page.locator("#alerts-firing button").first.focus()
    await page.keyboard.press("Enter")

    await expect(page.locator("#plot")).to_be_focused()
    await expect(page.locator("#chart-card h2")).to_be_hidden()


async def test_the_browser_s_own_notifications(watched: Chain, open_page: OpenPage) -> None:
    """Only once the reader wants them, and the browser lets us."""
    page = await open_page("about:blank")
    await page.context.grant_permissions(["notifications"], origin=watched.origin)
    await page.add_init_script(NOTES)
    await page.goto(watched.web_url)
    await bell_says(page, "3 avisos activos")
    await page.locator("#alerts-open").click()
    await page.locator("#alerts-notify").check()
    send(watched)
    async with asyncio.timeout(30):
        while not any("calla" in note for note in await page.evaluate("window.notes")):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_no_rule_is_broken_with_alerts_open(watched: Chain, open_page: OpenPage) -> None:
    """WCAG 2.2 AA in both themes and languages, wide and at 320 px."""
    page = await open_with_axe(open_page, watched.web_url)
    await expect(page.locator("#alerts-number")).to_have_text("3", timeout=30_000)
    await page.locator("#alerts-open").click()

    await expect_no_violation(page, "alerts open")
