"""A paused page holds every number, counts what is new, and resumes exactly."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, Route, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish

OpenPage = Callable[..., Awaitable[Page]]


def without_ages(text: str) -> str:
    """What the page says, but for how long ago: that goes on while it is paused."""
    return re.sub(r"hace \d+ (s|min)|ahora", "", text)


async def test_pause_holds_the_rows_in_the_second_of_their_first_drawing(
    chain: Chain, open_page: OpenPage
) -> None:
    """A row that was drawn before its history came doesn't learn it after the reader paused."""
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page("about:blank")
    opened = datetime.now(UTC)
    drawn = asyncio.Event()

    async def after_the_rows(route: Route) -> None:
        await drawn.wait()
        await route.continue_()

    await page.route("**/historia?*", after_the_rows)
    await page.clock.set_fixed_time(opened)
    await page.goto(chain.web_url)
    await expect(page.locator("#clients td.rate")).to_have_text(["—", "—"])
    drawn.set()
    await page.keyboard.press("Space")
    await expect(page.locator("#badge-word")).to_have_text("En pausa")
    held = await page.locator("#clients").inner_text()

    await page.clock.set_fixed_time(opened + timedelta(minutes=2))

    await expect(page.locator("#clients .ago").first).to_contain_text("hace")
    now = await page.locator("#clients").inner_text()
    assert without_ages(now) == without_ages(held)


async def test_pause_goes_on_counting(chain: Chain, open_page: OpenPage) -> None:
    """A paused page holds every number, counts what is new, and resumes exactly."""
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page(chain.web_url)
    await expect(page.locator("#legend li")).to_have_count(2)
    await page.keyboard.press("Space")
    await expect(page.locator("#badge-word")).to_have_text("En pausa")
    held = await page.locator("#content").inner_text()

    await publish(chain.vhost, [{"cliente": "nuevo"}] * 312)

    await expect(page.locator("#badge-detail")).to_contain_text("312 nuevos desde las")
    await expect(page).to_have_title("312 · En pausa · Pulso")
    now = await page.locator("#content").inner_text()
    assert without_ages(now) == without_ages(held)
    await page.keyboard.press("Space")
    await expect(page.locator("#total")).to_have_text("314")
    await expect(page.locator("#clients tbody tr")).to_have_count(3)
    await expect(page.locator("#badge-word")).to_have_text("En vivo")


async def test_pause_holds_rows_out_of_sight_at_the_same_moment(
    chain: Chain, open_page: OpenPage
) -> None:
    """Rows below the fold are drawn more rarely, but a paused page's add up to its total."""
    everyone = [{"cliente": f"c{n:02}"} for n in range(40)]
    await publish(chain.vhost, everyone)
    page = await open_page(chain.web_url, viewport={"width": 900, "height": 400})
    await expect(page.locator("#total")).to_have_text("40")

    async def publish_on() -> None:
        for _ in range(30):
            await publish(chain.vhost, everyone)
            await asyncio.sleep(0.05)

    publishing = asyncio.create_task(publish_on())
    await expect(page.locator("#total")).not_to_have_text("40")
    await page.keyboard.press("Space")
    await expect(page.locator("#badge-word")).to_have_text("En pausa")
    counts = page.locator("#clients tbody td:nth-child(2)")
    total = await page.locator("#total").inner_text()
    rows = await counts.all_inner_texts()
    assert sum(map(int, rows)) == int(total.replace(".", ""))

    await publishing
    await page.keyboard.press("Space")
    await expect(page.locator("#total")).to_have_text("1.240")
    await expect(counts).to_have_text(["31"] * 40)
