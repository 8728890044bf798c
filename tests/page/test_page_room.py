"""What fits: on a phone, on a wall that can't be scrolled, on paper."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, wait_for

OpenPage = Callable[..., Awaitable[Page]]
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
WALL = ViewportSize(width=1920, height=1080)
# The smallest wall that has a fixed place for all, and an old screen; one upright.
SMALL_WALLS = [(960, 600), (1024, 768), (1152, 720), (1080, 1200)]
LONG = [
    "servicio-de-facturacion-electronica-de-la-sucursal-central-norte",
    "W" * 64,
    "مرحبا بالعالم",
]
CLIENTS = [f"sucursal_{n:02d}" for n in range(57)] + LONG
# Each is its content's width at the least, so a cell that holds more than it shows says so.
TOO_WIDE = "(cells) => cells.filter((c) => c.scrollWidth > c.clientWidth).map((c) => c.textContent)"
AGES = {PHONE["width"]: "59 min", DESK["width"]: "hace 59 min"}
SILENT = "(cells) => cells.forEach((cell) => cell.classList.add('silent'))"
OUTSIDE = """() => {
  const boxes = (query) => [...document.querySelectorAll(query)]
    .map((element) => element.getBoundingClientRect());
  const cards = boxes(".card, .pipeline");
  return boxes(".counts tr, .legend li, .stage")
    .filter(({bottom}) => !cards.some((card) => bottom <= card.bottom && bottom <= innerHeight))
    .length;
}"""
# How far rows were told to slide, in px.
FLIGHTS = """
  window.flights = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, options) {
    flights.push(Math.abs(parseFloat(frames[0].transform.slice("translateY(".length))));
    return animate.call(this, frames, options);
  };
"""
# Nothing is cut, and no row more would fit. What is said below a table comes and goes, and the
# next drawing fills its place.
FILLED = f"""() => {{
  const box = (element) => element.getBoundingClientRect();
  const others = document.querySelector("#clients .others");
  const row = box(document.querySelector("#clients tbody tr")).height;
  const left = box(others.closest(".card")).bottom - box(others).bottom;
  return left < 2 * row && ({OUTSIDE})() === 0;
}}"""

OVER_THE_LEGEND = """() => {
  const box = (query) => document.querySelector(query).getBoundingClientRect();
  return box("#plot canvas").bottom - box("#legend").top;
}"""
# More than two lines of a name.
TALL = """(rows) => {
  const most = 4 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  return rows.filter((row) => row.offsetHeight > most).map((row) => row.textContent);
}"""
# In one go: what is said below the table may come or go, and a row with it.
LISTED = """() => {
  const rows = document.querySelectorAll("#clients tbody tr:not(.others)").length;
  return [rows, document.querySelector("#clients .others th").textContent];
}"""


@pytest.fixture(scope="module")
def crowd(shared_chain: Chain) -> Chain:
    """A chain that the tests of this file only read: 60 clients, from now to 14 minutes ago."""
    now = time.time()
    events = [
        {"cliente": name, "evento": f"tipo_{i % 30}", "timestamp": now - 14.2 * i}
        for i, name in enumerate(CLIENTS)
    ]
    asyncio.run(publish(shared_chain.vhost, events + [{"cliente": "sucursal_00"}] * 4000))
    wait_for(shared_chain.report_url, lambda report: report["total"] == 4060)
    return shared_chain


async def test_phone_shows_the_largest_and_more(crowd: Chain, open_page: OpenPage) -> None:
    """Ten rows of each list, all others in one, and the rest a press away and back."""
    page = await open_page(crowd.web_url, viewport=PHONE, is_mobile=True)
    clients = page.locator("#clients tbody tr:not(.others)")
    await expect(clients).to_have_count(10)
    await expect(page.locator("#types tbody tr:not(.others)")).to_have_count(10)
    await expect(page.locator("#clients .others th")).to_have_text("otros (50 clientes)")
    height: int = await page.evaluate("document.documentElement.scrollHeight")

    await page.get_by_role("button", name="Ver 40 más").click()

    await expect(clients).to_have_count(50)
    await expect(page.locator("#types tbody tr:not(.others)")).to_have_count(10)
    await page.get_by_role("button", name="Ver menos").click()
    await expect(clients).to_have_count(10)
    assert height < 3_500


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_ages_and_small_shares_stay_in_their_columns(
    crowd: Chain, open_page: OpenPage, size: ViewportSize
) -> None:
    """In the longer language, with the mark of the silent, to the last minute of an hour."""
    page = await open_page(crowd.web_url, viewport=size)
    await expect(page.locator("#types .share").nth(2)).to_have_text("<0,1 %")
    await expect(page.locator("#clients tbody .when").nth(1)).not_to_have_text("")

    await page.locator(".ago").evaluate_all(
        f"(a) => a.forEach((e) => e.textContent = '{AGES[size['width']]}')"
    )
    await page.locator("td.when").evaluate_all(SILENT)

    assert await page.locator(".counts td:visible").evaluate_all(TOO_WIDE) == []


async def test_wall_shows_what_fits(crowd: Chain, open_page: OpenPage) -> None:
    """At 1920x1080 nothing is cut, no row more would fit, and the others are all in one row."""
    page = await open_page("about:blank", viewport=WALL)
    await page.add_init_script(FLIGHTS)
    await page.goto(f"{crowd.web_url}?kiosk=1")
    await expect(page.locator("#clients .others")).to_be_visible()
    await page.wait_for_function(FILLED)
    rows, others = await page.evaluate(LISTED)

    assert await page.evaluate("document.documentElement.scrollHeight") == WALL["height"]
    assert rows >= 5  # two of these names take several lines
    assert others == f"otros ({60 - rows} clientes)"
    await page.set_viewport_size(ViewportSize(width=1920, height=800))
    await expect(page.locator("#clients .others th")).not_to_have_text(
        f"otros ({60 - rows} clientes)"
    )
    await page.wait_for_function(FILLED)
    assert [px for px in await page.evaluate("flights") if px > WALL["height"]] == []


@pytest.mark.parametrize(("width", "height"), SMALL_WALLS)
async def test_small_wall_shows_clients_by_their_names(
    crowd: Chain, open_page: OpenPage, width: int, height: int
) -> None:
    """From 960x600 on: five clients at the least, no name in a tower, no legend over the chart."""
    size = ViewportSize(width=width, height=height)
    page = await open_page(f"{crowd.web_url}?kiosk=1", viewport=size)
    await expect(page.locator("#plot canvas")).to_be_visible()
    await expect(page.locator("#legend li")).to_have_count(7)
    await expect(page.locator("#clients .others")).to_be_visible()
    rows, others = await page.evaluate(LISTED)

    assert rows >= 5
    assert others == f"otros ({60 - rows} clientes)"
    await page.locator("td.when").evaluate_all(SILENT)
    assert await page.locator(".counts tbody tr:visible").evaluate_all(TALL) == []
    assert await page.locator(".counts :is(td, thead th):visible").evaluate_all(TOO_WIDE) == []
    assert await page.evaluate("document.documentElement.scrollHeight") == height
    await page.wait_for_function(
        f"({OUTSIDE})() === 0"
    )  # a row too many goes with the next drawing
    assert await page.evaluate(OVER_THE_LEGEND) <= 0


async def test_paper_shows_all_of_the_chart(crowd: Chain, open_page: OpenPage) -> None:
    """The chart is as wide as the sheet, on white, and nothing on it is to be pressed."""
    page = await open_page(f"{crowd.web_url}?tema=oscuro", viewport=DESK)
    await expect(page.locator("#plot canvas")).to_be_visible()
    await page.emulate_media(media="print")

    # In one go, as when printing: no observer has told the chart of the sheet's width.
    sides = await page.evaluate("""() => {
      document.body.style.width = "700px";
      const box = (query) => document.querySelector(query).getBoundingClientRect();
      return [box("#plot canvas").right - box("#plot").right, box("#plot canvas").width];
    }""")
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert sides[0] <= 1
    assert 400 < sides[1] <= 700
    assert await page.locator("html").get_attribute("data-theme") == "light"
    await expect(page.locator(".tools")).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert await page.locator("html").get_attribute("data-theme") == "dark"
