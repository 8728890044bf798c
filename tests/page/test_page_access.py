"""Who reads by ear, by keyboard or in other colours reads the same."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
FOCUSED = """() => {
  const at = document.activeElement;
  const ring = at.closest("label.search, .choice label") ?? at;
  const name = at.tagName === "BODY" ? "" : at.id || at.textContent || at.name;
  return [name, getComputedStyle(ring).outlineStyle];
}"""


@pytest.fixture(scope="module")
def still(shared_chain: Chain) -> Chain:
    """A chain with two clients that the tests of this file only read."""
    amqp_publish(shared_chain.vhost, '[{"cliente":"a"},{"cliente":"b","evento":"clic"}]')
    return shared_chain


async def test_every_control_works_by_keyboard(still: Chain, open_page: OpenPage) -> None:
    """Tab reaches everything that a pointer can press, in the page's order, and shows where."""
    page = await open_page(still.web_url)
    await expect(page.locator("#legend li")).to_have_count(2)
    reachable = await page.locator(
        "a:visible, button:visible:enabled, summary:visible, input:visible, [tabindex='0']:visible"
    ).count()
    radios = await page.locator("fieldset:visible").evaluate_all(
        "(groups) => groups.map((group) => group.querySelectorAll('input').length)"
    )
    expected = reachable - sum(radios) + len(radios)  # a group of radios is one stop

    await page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(expected + 1):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(FOCUSED))

    names = [name for name, _ in seen if name]
    assert len(names) >= expected - 1
    assert names.index("pause") < names.index("plot") < names.index("search")
    assert [name for name, outline in seen if name and outline == "none"] == []


async def test_single_keys(still: Chain, open_page: OpenPage) -> None:
    """Every key of the help does what it says, and all can be switched off."""
    page = await open_page(still.web_url)
    await expect(page.locator("#legend li")).to_have_count(2)
    press = page.keyboard.press

    for key, name in {"1": "1m", "3": "1h", "4": "24h", "5": "30d", "2": "15m"}.items():
        await press(key)
        await expect(page.locator(f"#window input[value='{name}']")).to_be_checked()
    await press("t")
    await expect(page.locator("#chart-table")).to_be_visible()
    await press("t")
    await expect(page.locator("#plot")).to_be_visible()
    await press("s")
    await expect(page.locator("#split input[value=evento]")).to_be_checked()
    await press("d")
    await expect(page.locator("#theme input[value=light]")).to_be_checked()
    await press("l")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await press("Space")
    await expect(page.locator("#badge-word")).to_have_text("Paused")
    await press("Space")
    await expect(page.locator("#badge-word")).to_have_text("Live")
    await press("/")
    await expect(page.locator("#search")).to_be_focused()
    await press("t")
    await expect(page.locator("#search")).to_have_value("t")
    await press("Escape")
    await expect(page.locator("#search")).to_have_value("")
    await page.locator("#search").blur()
    await press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.locator("#keys-on").uncheck()
    await press("Escape")
    await expect(page.locator("#help")).to_be_hidden()
    await press("t")
    await expect(page.locator("#plot")).to_be_visible()


async def test_chart_is_read_by_keyboard(still: Chain, open_page: OpenPage) -> None:
    """Arrows move through the values, which are said; with Shift they move through time."""
    page = await open_page(f"{still.web_url}?ventana=1m")
    await expect(page.locator("#legend li")).to_have_count(2)

    await page.locator("#plot").focus()
    for _ in range(4):
        await page.keyboard.press("ArrowLeft")
    said = re.compile(r"^\d\d:\d\d:\d\d: a [\d,]+, b [\d,]+$")
    await expect(page.get_by_role("status")).to_have_text(said)
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(page.locator("#to-live")).to_be_enabled()
    await page.keyboard.press("End")
    await expect(page.locator("#to-live")).to_be_disabled()


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
async def test_other_ways_of_seeing(still: Chain, open_page: OpenPage, media: Any) -> None:
    """With forced colours or without motion everything is there, and nothing moves."""
    page = await open_page(still.web_url, **media)

    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("#legend li")).to_have_count(2)
    if "reduced_motion" in media:
        assert await page.evaluate("document.getAnimations().length") == 0
