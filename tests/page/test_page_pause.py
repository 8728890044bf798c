"""A paused page holds every number, counts what is new, and resumes exactly."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, Route, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish, read
from tests.page.noted_states import (
    BACK_S,
    SHOWN_S,
    counted,
    expect_exact,
    noting_page,
    shown_after,
    spanish,
)

OpenPage = Callable[..., Awaitable[Page]]


def without_ages(text: str) -> str:
    """What the page says, but for how long ago: that goes on while it is paused."""
    return re.sub(r"hace \d+ (s|min)|ahora", "", text)


async def test_pause_holds_the_rows_in_the_second_of_their_first_drawing(
    empty: Chain, open_page: OpenPage
) -> None:
    """A row that was drawn before its history came doesn't learn it after the reader paused."""
    amqp_publish(empty.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page("about:blank")
    opened = datetime.now(UTC)
    drawn = asyncio.Event()

    async def after_the_rows(route: Route) -> None:
        await drawn.wait()
        await route.continue_()

    await page.route("**/historia?*", after_the_rows)
    await page.clock.set_fixed_time(opened)
    await page.goto(empty.web_url)
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
    """It holds every number within 3 s, counts what is new, and is exact 2 s after its end."""
    page = await noting_page(chain, open_page)
    total, clients = counted(chain), len(read(chain.report_url)["clientes"])
    await expect(page.locator("#legend li").first).to_be_visible()
    began = time.time()
    await page.keyboard.press("Space")
    assert await shown_after(page, ("paused",), began) <= SHOWN_S
    await expect(page.locator("#badge-word")).to_have_text("En pausa")
    held = await page.locator("#content").inner_text()

    await publish(chain.vhost, [{"cliente": "nuevo"}] * 312)

    await expect(page.locator("#badge-detail")).to_contain_text("312 nuevos desde las")
    await expect(page).to_have_title("312 · En pausa · Pulso")
    now = await page.locator("#content").inner_text()
    assert without_ages(now) == without_ages(held)
    ended_at = time.time()
    await page.keyboard.press("Space")
    assert await shown_after(page, ("live",), ended_at) <= BACK_S
    await expect_exact(chain, page, total + 312)
    await expect(page.locator("#clients tbody tr")).to_have_count(clients + 1)
    await expect(page.locator("#badge-word")).to_have_text("En vivo")


async def test_pause_holds_rows_out_of_sight_at_the_same_moment(
    chain: Chain, open_page: OpenPage
) -> None:
    """Rows below the fold are drawn more rarely, but a paused page's add up to its total."""
    before = counted(chain)
    everyone = [{"cliente": f"c{n:02}"} for n in range(40)]
    await publish(chain.vhost, everyone)
    page = await open_page(chain.web_url, viewport={"width": 900, "height": 400})
    shown = page.locator("#total")
    await expect(shown).to_have_text(spanish(before + 40))

    async def publish_on() -> None:
        for _ in range(30):
            await publish(chain.vhost, everyone)
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as publishing:
        publishing.create_task(publish_on())
        await expect(shown).not_to_have_text(spanish(before + 40))
        await page.keyboard.press("Space")
        await expect(page.locator("#badge-word")).to_have_text("En pausa")
        counts = await page.locator("#clients tbody td:nth-child(2)").all_inner_texts()
        assert sum(map(int, counts)) == int((await shown.inner_text()).replace(".", ""))

    await page.keyboard.press("Space")
    await expect(shown).to_have_text(spanish(before + 1_240))
    rows = page.locator("#clients tbody tr").filter(has_text=re.compile(r"^c\d\d"))
    await expect(rows.locator("td:nth-child(2)")).to_have_text(["31"] * 40)
