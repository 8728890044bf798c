"""What the page looks like: themes, narrow screens, and nothing that jumps."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish
from tests.page.noted_states import counted, spanish

OpenPage = Callable[..., Awaitable[Page]]
TARGET_PX = 24  # WCAG 2.2, 2.5.8
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.shifted += shift.value;
  }).observe({type: "layout-shift", buffered: FROM_FIRST_PAINT});
}"""


async def test_theme_follows_the_system_and_the_reader(chain: Chain, open_page: OpenPage) -> None:
    """The system's theme holds until the reader chooses one, which is remembered."""
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page = await open_page(chain.web_url, color_scheme="dark")
    dark = await page.evaluate(ground)
    await page.emulate_media(color_scheme="light")
    light = await page.evaluate(ground)
    assert dark != light

    await page.get_by_role("radio", name="Oscuro").check()

    assert await page.evaluate(ground) == dark
    await page.reload()
    assert await page.evaluate(ground) == dark
    await page.get_by_role("radio", name="Automático").check()
    assert await page.evaluate(ground) == light


LOOK = """(element) => {
  const {backgroundColor, borderTopWidth, borderTopColor, borderRadius, paddingTop, paddingLeft}
    = getComputedStyle(element);
  return {backgroundColor, borderTopWidth, borderTopColor, borderRadius, paddingTop, paddingLeft};
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_tiles_look_like_cards(chain: Chain, open_page: OpenPage, theme: str) -> None:
    """The numbers on top stand on the same ground, in the same frame, as all else."""
    page = await open_page(chain.web_url, color_scheme=theme)
    card = await page.locator("#chart-card").evaluate(LOOK)

    assert card["borderTopWidth"] != "0px"
    assert await page.locator(".tile").evaluate_all(f"(tiles) => tiles.map({LOOK})") == [card] * 4


@pytest.mark.parametrize("locale", ["es-ES", "en-US"])
async def test_narrow_screen_needs_no_sideways_scrolling(
    chain: Chain, open_page: OpenPage, locale: str
) -> None:
    """At 320 px everything fits, the longest name too, and targets are large enough."""
    await publish(chain.vhost, {"cliente": "W" * 64})
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, locale=locale, viewport={"width": 320, "height": 640})
    names = page.locator("#clients tbody th")
    for name in ("W" * 64, "a"):
        await expect(names.get_by_role("button", name=name, exact=True)).to_be_visible()

    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    for each in await names.all():
        assert await each.evaluate("(cell) => cell.scrollWidth <= cell.clientWidth")
    for target in await page.locator("label:visible, button:visible").all():
        box = await target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET_PX, await target.inner_text()


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_shifts_from_the_first_paint_on(
    chain: Chain, open_page: OpenPage, width: int
) -> None:
    """What arrives after the first paint finds its place kept free."""
    total = counted(chain)
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, viewport={"width": width, "height": 800})
    await page.evaluate(WATCH_SHIFTS.replace("FROM_FIRST_PAINT", "true"))

    await expect(page.locator("#total")).to_have_text(spanish(total + 1))
    await expect(page.locator("#flow")).to_contain_text("en contacto")
    await expect(page.locator("#legend li").first).to_be_visible()
    assert await page.evaluate("window.shifted") < 0.01  # invisible: 0.1 is called good


async def test_nothing_shifts_while_numbers_grow(empty: Chain, open_page: OpenPage) -> None:
    """Growing digits move nothing, however narrow the screen."""
    amqp_publish(empty.vhost, '{"cliente":"a"}')
    # So narrow that the total has to become smaller as it grows.
    page = await open_page(empty.web_url, viewport={"width": 240, "height": 800})
    await expect(page.locator("#flow")).to_contain_text("vacía")
    await page.evaluate(WATCH_SHIFTS.replace("FROM_FIRST_PAINT", "false"))

    await publish(empty.vhost, [{"cliente": "a"}] * 12_000)

    await expect(page.locator("#total")).to_have_text("12.001")
    assert await page.evaluate("window.shifted") < 0.01
    # A column as wide as its content widens with it.
    assert await page.evaluate("document.documentElement.scrollWidth") <= 240


async def test_rows_hold_still_under_the_pointer(chain: Chain, open_page: OpenPage) -> None:
    """Rows change places only once the pointer has left them; their numbers go on."""
    first, last = {"cliente": "fila primera"}, {"cliente": "fila otra"}
    await publish(chain.vhost, [first, first, last])
    page = await open_page(f"{chain.web_url}?buscar=fila")
    names = page.locator("#clients tbody th")
    await expect(names).to_have_text(["fila primera", "fila otra"])
    other = page.locator("#clients tbody tr").filter(has_text="fila otra")
    await other.hover()
    await page.clock.install()

    await publish(chain.vhost, [last, last])

    await page.clock.run_for(10_000)
    await expect(other.locator("td").first).to_have_text("3")
    await expect(names).to_have_text(["fila primera", "fila otra"])
    await page.mouse.move(1, 1)
    await page.clock.run_for(10_000)
    await expect(names).to_have_text(["fila otra", "fila primera"])
