"""What a reader sees while parts are away: never a number that nobody vouches for."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.backlog import publish_backlog
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
RECOVERS_MS = 20_000
BACKLOG = 2_000  # messages: some seconds of counting
COUNTED_MS = 60_000
READ_HISTORIES = """() => new Set(
  performance.getEntriesByType("resource")
    .filter((one) => /\\/(historia|habitual)\\?/.test(one.name) && one.responseStatus === 200)
    .map((one) => one.name)
).size === 4"""
NOTE_BADGE = """() => {
  window.said = [];
  const badge = document.getElementById("badge");
  const note = () => {
    window.said.push([badge.dataset.kind, document.getElementById("badge-detail").textContent]);
  };
  new MutationObserver(note).observe(badge, {
    attributes: true, subtree: true, childList: true, characterData: true,
  });
}"""


async def expect_state(page: Page, word: str | re.Pattern[str], current: str, icon: str) -> None:
    """Badge, numbers, tab and its icon tell the same."""
    await expect(page.locator("#badge-word")).to_have_text(word, timeout=RECOVERS_MS)
    await expect(page.locator("#content")).to_have_attribute("data-current", current)
    await expect(page).to_have_title(re.compile(r" · Pulso$"))
    await expect(page.locator("#favicon")).to_have_attribute("href", f"./static/icons/{icon}.svg")


async def test_analytics_killed_and_back(
    chain: Chain, open_page: OpenPage, complaints: list[str]
) -> None:
    """The page says since when it knows nothing new, keeps its numbers dimmed, and recovers."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")
    await page.wait_for_function(READ_HISTORIES)  # what was never read is a 503 from here on

    chain.parts["servicio-analiticas"].kill()
    amqp_publish(chain.vhost, '{"cliente":"a"}')

    await expect_state(page, "Sin datos nuevos", "no", "stale")
    await expect(page.locator("#badge-detail")).to_have_text(
        re.compile(r"desde las \d\d:\d\d:\d\d")
    )
    await expect(page.get_by_role("status")).to_have_text(
        re.compile(r"Sin datos nuevos desde las \d\d:\d\d:\d\d\.")
    )
    await expect(page.locator("#flow")).to_contain_text("no responde")
    await expect(page.locator("#total")).to_have_text("1")

    chain.parts["servicio-analiticas"].start()

    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator("#total")).to_have_text("2")
    await expect(page.locator(".notice")).to_have_count(0)
    assert complaints == []


async def test_analytics_frozen(chain: Chain, open_page: OpenPage) -> None:
    """Analytics that hang with every connection open are stale too."""
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    chain.parts["servicio-analiticas"].pause()

    await expect_state(page, "Sin datos nuevos", "no", "stale")


async def test_catching_up(chain: Chain, open_page: OpenPage) -> None:
    """After an absence the page says how far behind the counting is, and ends exactly right."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")
    await page.evaluate(NOTE_BADGE)
    chain.parts["servicio-analiticas"].kill()
    await publish_backlog(chain.vhost, BACKLOG, ["a", "b"])
    await expect_state(page, "Sin datos nuevos", "no", "stale")

    chain.parts["servicio-analiticas"].start()

    await expect(page.locator("#total")).to_have_text("20.000.001", timeout=COUNTED_MS)
    await expect_state(page, "En vivo", "yes", "live")
    said = await page.evaluate("window.said")
    behind = [text for kind, text in said if kind == "behind"]
    assert behind, said
    assert re.fullmatch(r"[\d.]+ mensajes? atrás, unos \d+ s", behind[0])


async def test_panel_killed_and_back(chain: Chain, open_page: OpenPage) -> None:
    """Without a panel the page counts down to its next try; a new panel brings exact numbers."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    chain.parts["panel-visual"].kill()
    amqp_publish(chain.vhost, '{"cliente":"a"}')

    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    await expect(page.locator("#badge-detail")).to_have_text(
        re.compile(r"intento \d+ · datos de las \d\d:\d\d:\d\d")
    )
    await expect(page.locator("#total")).to_have_text("1")
    await expect(page.get_by_role("status")).to_have_text("Conexión perdida; reconectando.")

    chain.parts["panel-visual"].start()
    await page.get_by_role("button", name="Reintentar ahora").click()

    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator("#total")).to_have_text("2")
    await expect(page.get_by_role("button", name="Reintentar ahora")).to_be_hidden()


async def test_network_gone_and_back(chain: Chain, open_page: OpenPage) -> None:
    """A browser that lost its network says so, and tries again as soon as that is back."""
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    await page.context.set_offline(True)
    chain.parts["panel-visual"].kill()
    await expect_state(page, "Sin conexión", "no", "lost")
    chain.parts["panel-visual"].start()
    await page.context.set_offline(False)

    await expect_state(page, "En vivo", "yes", "live")


async def test_panel_restarted(chain: Chain, open_page: OpenPage) -> None:
    """A panel that restarts says so, and its viewers come back by themselves."""
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    chain.parts["panel-visual"].stop()
    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    chain.parts["panel-visual"].start()

    await expect_state(page, "En vivo", "yes", "live")


async def test_silent_panel(chain: Chain, open_page: OpenPage) -> None:
    """A panel that falls silent with the socket open is stale, then given up: heartbeats decide."""
    page = await open_page(chain.web_url)
    await expect_state(page, "En vivo", "yes", "live")

    chain.parts["panel-visual"].pause()

    await expect_state(page, "Sin datos nuevos", "no", "stale")
    await expect_state(page, re.compile("Reconectando"), "no", "waiting")
    chain.parts["panel-visual"].resume()
    await expect_state(page, "En vivo", "yes", "live")


async def test_another_store(chain: Chain, open_page: OpenPage) -> None:
    """Counting that starts anew is said in words, until the reader closes it."""
    amqp_publish(chain.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page(chain.web_url)
    await expect(page.locator("#total")).to_have_text("2")
    analytics = chain.parts["servicio-analiticas"]
    analytics.stop()
    for file in chain.store_path.parent.glob(f"{chain.store_path.name}*"):
        file.unlink()

    analytics.start()
    amqp_publish(chain.vhost, '{"cliente":"b"}')

    notice = page.locator(".notice")
    await expect(notice).to_contain_text("El conteo empezó de nuevo", timeout=RECOVERS_MS)
    await expect(page.locator("#total")).to_have_text("1")
    await notice.get_by_role("button", name="Cerrar").click()
    await expect(notice).to_have_count(0)


async def test_refused_origin(chain: Chain, open_page: OpenPage) -> None:
    """Where the panel refuses the WebSocket, the page polls, says so, and names the setting."""
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    origin = chain.origin.replace("127.0.0.1", "pulso.localhost")
    page = await open_page(f"{origin}/panel/")

    await expect_state(page, "Cada 5 s", "yes", "live")
    await expect(page.locator("#badge-detail")).to_contain_text("sin WebSocket")
    await expect(page.locator(".notice code")).to_have_text(f"PANEL_ORIGENES={origin}")
    assert f"PANEL_ORIGENES={origin}" in chain.parts["panel-visual"].log
    await expect(page.locator("#total")).to_have_text("1")
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#total")).to_have_text("2")


@pytest.mark.parametrize("file", ["js/main.js", "js/model/pipeline.js", "css/tables.css"])
async def test_file_that_does_not_arrive(chain: Chain, open_page: OpenPage, file: str) -> None:
    """A page of which a part is lost says so and loads again, until it is complete."""
    page = await open_page("about:blank")
    lost = f"**/static/{file}"
    await page.route(lost, lambda route: route.abort())
    await page.goto(chain.web_url)
    await expect(page.locator(".incomplete")).to_be_visible()

    await page.unroute(lost)

    await expect_state(page, "En vivo", "yes", "live")
    await expect(page.locator(".incomplete")).to_be_hidden()
