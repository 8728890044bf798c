"""What a reader sees while everything works, on the real chain."""

import asyncio
import re
import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from broker_stack import Broker, VirtualHost
from chain_stack import Chain
from foreign_publisher import amqp_publish, publish, read, wait_for

OpenPage = Callable[..., Awaitable[Page]]
TARGET_PX = 24  # WCAG 2.2, 2.5.8
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.shifted += shift.value;
  }).observe({type: "layout-shift", buffered: FROM_FIRST_PAINT});
}"""


def row(page: Page, name: str) -> Locator:
    """The row of a client."""
    return page.locator("#clients tbody tr").filter(
        has=page.get_by_role("rowheader", name=name, exact=True)
    )


async def test_event_moves_the_numbers(
    chain: Chain, open_page: OpenPage, complaints: list[str]
) -> None:
    """An event of a foreign program is in total, clients and types at once."""
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b","evento":"clic"},{"cliente":"a"}]')
    page = await open_page(chain.web_url)
    await expect(page.locator("#total")).to_have_text("3")

    amqp_publish(chain.vhost, '{"cliente":"externo","evento":"compra"}')

    await expect(page.locator("#total")).to_have_text("4", timeout=1000)
    await expect(row(page, "externo").locator("td")).to_have_text(["1", "25,0 %", "ahora"])
    await expect(row(page, "a").locator("td")).to_have_text(["2", "50,0 %", "—"])
    await expect(page.locator("#types tbody tr")).to_contain_text(["evento", "clic", "compra"])
    await expect(page.locator("#active")).to_have_text("1")
    assert complaints == []


async def test_what_is_missing_stands_beside_the_total(chain: Chain, open_page: OpenPage) -> None:
    """A rejected message is not in the total, and the page says so next to it."""
    page = await open_page(chain.web_url)

    amqp_publish(chain.vhost, "no es json")

    await expect(page.locator("#rejected")).to_have_text("1 rechazado")
    await expect(page.locator("#total")).to_have_text("0")


async def test_first_event_by_the_command_of_the_empty_page(
    broker: Broker, chain_on: Callable[[VirtualHost], Chain], open_page: OpenPage
) -> None:
    """The command that an empty page shows publishes an event, whose client then appears."""
    chain = chain_on(VirtualHost(broker, "/"))  # where the command goes, as it names no other
    page = await open_page(chain.web_url)
    await expect(page.locator("#empty")).to_be_visible()
    await expect(page.locator("#lists")).to_be_hidden()
    shown = await page.locator("#command").inner_text()
    usual, ours = (
        "pulso:pulso@127.0.0.1:5672",
        f"{broker.user}:{broker.password}@127.0.0.1:{broker.port}",
    )
    assert usual in shown

    process = await asyncio.create_subprocess_exec(*shlex.split(shown.replace(usual, ours)))

    assert await process.wait() == 0
    await expect(row(page, "mi_cliente")).to_be_visible(timeout=1000)
    await expect(page.locator("#empty")).to_be_hidden()


async def test_badge_tab_and_live_region_say_live(chain: Chain, open_page: OpenPage) -> None:
    """Word, time, tab title and icon agree; one polite region says it and says no numbers."""
    page = await open_page(chain.web_url)

    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("#badge-detail")).to_have_text(
        re.compile(r"datos de las \d\d:\d\d:\d\d")
    )
    await expect(page).to_have_title("En vivo · Pulso")
    await expect(page.locator("#favicon")).to_have_attribute("href", "./static/icons/live.svg")
    await expect(page.locator("#content")).to_have_attribute("data-current", "yes")
    assert await page.locator("[role=status], [role=alert], [aria-live]").count() == 1
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#total")).to_have_text("1")
    await expect(page.get_by_role("status")).to_have_text("En vivo: los números se actualizan.")


async def test_flow_line_names_broker_and_queue(chain: Chain, open_page: OpenPage) -> None:
    """While all is well one line says so of broker and queue."""
    page = await open_page(chain.web_url)

    await expect(page.locator("#flow .remark")).to_have_text(["RabbitMQ conectado", "cola vacía"])


async def test_language_follows_the_browser_and_the_reader(
    chain: Chain, open_page: OpenPage
) -> None:
    """An English browser reads English; a chosen language changes all words and is remembered."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, locale="en-US")
    await expect(page.locator("#badge-word")).to_have_text("Live")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#rejected")).to_have_text("0 rejected")

    await page.get_by_role("radio", name="Español").check()

    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("#total-label")).to_have_text("Eventos contados")
    await expect(page.locator("#rejected")).to_have_text("0 rechazados")
    await page.reload()
    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("html")).to_have_attribute("lang", "es")


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


@pytest.mark.parametrize("locale", ["es-ES", "en-US"])
async def test_narrow_screen_needs_no_sideways_scrolling(
    chain: Chain, open_page: OpenPage, locale: str
) -> None:
    """At 320 px everything fits, the longest name too, and targets are large enough."""
    await publish(chain.vhost, {"cliente": "W" * 64})
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, locale=locale, viewport={"width": 320, "height": 640})
    await expect(page.locator("#clients tbody tr")).to_have_count(2)

    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    for name in await page.locator("#clients tbody th").all():
        assert await name.evaluate("(cell) => cell.scrollWidth <= cell.clientWidth")
    for target in await page.locator("label:visible, button:visible").all():
        box = await target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET_PX, await target.inner_text()


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_shifts_from_the_first_paint_on(
    chain: Chain, open_page: OpenPage, width: int
) -> None:
    """What arrives after the first paint finds its place kept free."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, viewport={"width": width, "height": 800})
    await page.evaluate(WATCH_SHIFTS.replace("FROM_FIRST_PAINT", "true"))

    await expect(page.locator("#total")).to_have_text("1")
    await expect(page.locator("#flow")).to_contain_text("RabbitMQ")
    assert await page.evaluate("window.shifted") < 0.01  # invisible: 0.1 is called good


async def test_nothing_shifts_while_numbers_grow(chain: Chain, open_page: OpenPage) -> None:
    """Growing digits move nothing, however narrow the screen."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    # So narrow that the total has to become smaller as it grows.
    page = await open_page(chain.web_url, viewport={"width": 240, "height": 800})
    await expect(page.locator("#flow")).to_contain_text("cola vacía")
    await page.evaluate(WATCH_SHIFTS.replace("FROM_FIRST_PAINT", "false"))

    await publish(chain.vhost, [{"cliente": "a"}] * 12_000)

    await expect(page.locator("#total")).to_have_text("12.001")
    assert await page.evaluate("window.shifted") < 0.01


async def test_rows_hold_still_under_the_pointer(chain: Chain, open_page: OpenPage) -> None:
    """Rows change places only once the pointer has left them; their numbers go on."""
    amqp_publish(chain.vhost, '[{"cliente":"primero"},{"cliente":"primero"},{"cliente":"otro"}]')
    page = await open_page(chain.web_url)
    names = page.locator("#clients tbody th")
    await expect(names).to_have_text(["primero", "otro"])
    await row(page, "otro").hover()
    await page.clock.install()

    amqp_publish(chain.vhost, '[{"cliente":"otro"},{"cliente":"otro"}]')

    await page.clock.run_for(10_000)
    await expect(row(page, "otro").locator("td").first).to_have_text("3")
    await expect(names).to_have_text(["primero", "otro"])
    await page.mouse.move(1, 1)
    await page.clock.run_for(10_000)
    await expect(names).to_have_text(["otro", "primero"])


async def test_page_without_slash_leads_to_the_page(chain: Chain, open_page: OpenPage) -> None:
    """`/panel` redirects to `/panel/`, and everything there works."""
    page = await open_page(f"{chain.origin}/panel")

    assert page.url == chain.web_url
    await expect(page.locator("#badge-word")).to_have_text("En vivo")


async def test_every_file_of_the_page_is_served(chain: Chain) -> None:
    """What a browser has to load comes through the proxy with a type that it accepts."""
    static = Path(__file__).parents[2] / "static"
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    files = [path for path in static.rglob("*") if path.suffix in types]
    assert len(files) > 30
    async with httpx.AsyncClient(trust_env=False) as client:
        for path in files:
            url = f"{chain.web_url}static/{path.relative_to(static)}"
            answer = await client.get(url)
            assert answer.status_code == 200, url
            assert answer.headers["Content-Type"].startswith(types[path.suffix]), url


async def test_page_shows_what_the_report_says(chain: Chain, open_page: OpenPage) -> None:
    """The total of the page is that of `/reporte`, however the events came."""
    for n in range(1, 40):
        await publish(chain.vhost, [{"cliente": f"c{n % 7}"}] * n)
    page = await open_page(chain.web_url)
    wait_for(chain.report_url, lambda report: report["total"] == 780)

    await expect(page.locator("#total")).to_have_text("780")
    counts = await page.locator("#clients tbody td:nth-child(2)").all_inner_texts()
    assert sorted(map(int, counts)) == sorted(read(chain.report_url)["clientes"].values())
