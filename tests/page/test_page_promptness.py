"""
How soon the badge says what is: not later than 3 s after a fault, 2 s after its end.

These bounds are promises of the page, so unlike elsewhere time is asserted here. The page notes
each state of its badge by the clock that this process reads too.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish, read, wait_for

OpenPage = Callable[..., Awaitable[Page]]
Act = Callable[[], Any]
SHOWN_S, BACK_S = 3.0, 2.0
HEARTBEAT_S = 5.0
CURRENT = ("live", "behind", "polling")
LONG_MS = 60_000  # far beyond the promise: what is late is told with its time
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
HIDE = """() => {
  Object.defineProperty(document, "hidden", {get: () => true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
NUMBERS = "() => Number(document.getElementById('total').textContent.replace(/[^0-9]/g, ''))"


@pytest.fixture
async def page(chain: Chain, open_page: OpenPage) -> Page:
    """A live page of the chain on the shared broker."""
    return await noting_page(chain, open_page)


async def noting_page(chain: Chain, open_page: OpenPage) -> Page:
    """A live page with one event that notes the states of its badge."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page("about:blank")
    await page.add_init_script(WORST_LOT)
    await page.goto(chain.web_url)
    await expect(page.locator("#badge")).to_have_attribute("data-kind", "live")
    await expect(page.locator("#total")).to_have_text("1")
    await page.evaluate(NOTE_STATES)
    return page


async def shown_after(page: Page, kinds: tuple[str, ...], since: float) -> float:
    """Wait until the badge shows one of these; return how long after *since* it first did."""
    found = await page.wait_for_function(SHOWN, arg=[kinds, since], timeout=LONG_MS)
    value: dict[str, float] = await found.json_value()
    return value["after"]


async def expect_exact(chain: Chain, page: Page, total: int) -> None:
    """The page ends with all that was published, as `/reporte` does."""
    await page.wait_for_function(f"() => ({NUMBERS})() === {total}", timeout=LONG_MS)
    assert read(chain.report_url)["total"] == total


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


async def test_analytics_killed(chain: Chain, page: Page) -> None:
    """Without analytics numbers are stale within 3 s, and current 2 s after their return."""
    analytics = chain.parts["servicio-analiticas"]

    assert await caused(page, analytics.kill, ("stale",)) <= SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    assert await ended(page, analytics.start) <= BACK_S

    await expect_exact(chain, page, 2)


async def test_hidden_tab(chain: Chain, page: Page) -> None:
    """A tab in the background draws no numbers, but its title and icon stay true."""
    await page.evaluate(HIDE)

    took = await caused(page, chain.parts["servicio-analiticas"].kill, ("stale",))

    assert took <= SHOWN_S
    assert await page.title() == "Sin datos nuevos · Pulso"
    assert "stale" in (await page.locator("#favicon").get_attribute("href") or "")
    await expect(page.locator("#content")).to_have_attribute("data-current", "yes")


async def test_analytics_frozen(chain: Chain, page: Page) -> None:
    """Analytics that hang with open connections are noticed as soon as those that are gone."""
    analytics = chain.parts["servicio-analiticas"]

    assert await caused(page, analytics.pause, ("stale",)) <= SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    assert await ended(page, analytics.resume) <= BACK_S

    await expect_exact(chain, page, 2)


async def test_broker_killed(
    own_broker: Callable[[], Broker],
    chain_on: Callable[[VirtualHost], Chain],
    open_page: OpenPage,
) -> None:
    """Without a broker nothing new is counted: stale, and why; current once that is back."""
    broker = own_broker()
    with broker.virtual_host() as vhost:
        chain = chain_on(vhost)
        page = await noting_page(chain, open_page)
        vhost.wait_saved("cola_analiticas")

        def bring_back() -> None:
            broker.start()
            amqp_publish(vhost, '{"cliente":"a"}')
            wait_for(f"{chain.report_url}/estado", lambda said: said["broker"] == "conectado")

        assert await caused(page, broker.kill, ("stale",)) <= SHOWN_S
        await expect(page.locator("#badge-detail")).to_contain_text("sin RabbitMQ desde las")
        await expect(page.get_by_role("status")).to_contain_text("se perdió RabbitMQ")
        await expect(page.locator("#flow")).to_contain_text("se perdió RabbitMQ; reconectando")
        await expect(page.locator("#content")).to_have_attribute("data-current", "no")
        assert await ended(page, bring_back) <= BACK_S
        await expect_exact(chain, page, 2)


@pytest.mark.parametrize("part", ["panel-visual", "reverse-proxy"])
async def test_way_to_the_page_killed(chain: Chain, page: Page, part: str) -> None:
    """After a long absence too, the page is back within 2 s, whatever its next try was due at."""
    gone = chain.parts[part]

    assert await caused(page, gone.kill, ("reconnecting",)) <= SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#badge-detail")).to_contain_text("intento 5", timeout=LONG_MS)
    assert await ended(page, gone.start) <= BACK_S

    await expect_exact(chain, page, 2)


async def test_panel_restarted(chain: Chain, page: Page) -> None:
    """A panel that says goodbye is missed at once, and its successor found within 2 s."""
    panel = chain.parts["panel-visual"]

    assert await caused(page, panel.stop, ("reconnecting",)) <= SHOWN_S
    assert await ended(page, panel.start) <= BACK_S

    await expect_exact(chain, page, 1)


async def test_panel_frozen(chain: Chain, page: Page) -> None:
    """A panel that falls silent is noticed 3 s after the heartbeat that it owes."""
    panel = chain.parts["panel-visual"]

    assert await caused(page, panel.pause, ("stale",)) <= HEARTBEAT_S + SHOWN_S
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#badge")).to_have_attribute(
        "data-kind", "reconnecting", timeout=LONG_MS
    )
    assert await ended(page, panel.resume) <= BACK_S

    await expect_exact(chain, page, 2)


async def test_network_cut(chain: Chain, page: Page) -> None:
    """A browser without network says so within 3 s, though its socket still looks open."""
    began = time.time()
    await page.context.set_offline(True)
    assert await shown_after(page, ("offline",), began) <= SHOWN_S

    await publish(chain.vhost, [{"cliente": "a"}] * 10)
    await expect(page.locator("#badge-detail")).to_contain_text("desde las")
    ended_at = time.time()
    await page.context.set_offline(False)

    assert await shown_after(page, CURRENT, ended_at) <= BACK_S
    await expect_exact(chain, page, 11)


async def test_pause(chain: Chain, page: Page) -> None:
    """A pause holds every number at once, counts what it holds back, and ends exactly."""
    began = time.time()
    await page.keyboard.press("Space")
    assert await shown_after(page, ("paused",), began) <= SHOWN_S
    await publish(chain.vhost, [{"cliente": "a"}] * 312)
    await expect(page.locator("#badge-detail")).to_contain_text("312 nuevos")
    assert await page.evaluate(NUMBERS) == 1
    ended_at = time.time()

    await page.keyboard.press("Space")

    assert await shown_after(page, ("live",), ended_at) <= BACK_S
    await expect_exact(chain, page, 313)
