"""What a reader sees while everything works, on the real chain."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish, read, wait_for
from tests.page.conftest import page_chain
from tests.page.noted_states import counted, spanish

OpenPage = Callable[..., Awaitable[Page]]
NUMBER = re.compile(r"^[0-9]+,[0-9]$")
AGO = re.compile(r"^(ahora|hace \d+ s)$")


@pytest.fixture(scope="module")
def shared_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One on the virtual host that the page's command names none but, for all of this file."""
    with page_chain(VirtualHost(broker, "/"), tmp_path_factory.mktemp("page-chain")) as chain:
        yield chain


def rejected(n: int) -> str:
    return f"{n} rechazado" if n == 1 else f"{n} rechazados"


def row(page: Page, name: str) -> Locator:
    """The row of a client."""
    return page.locator("#clients tbody tr").filter(
        has=page.get_by_role("rowheader", name=name, exact=True)
    )


async def test_event_moves_the_numbers(
    empty: Chain, open_page: OpenPage, complaints: list[str]
) -> None:
    """An event of a foreign program is in total, clients and types at once."""
    amqp_publish(empty.vhost, '[{"cliente":"a"},{"cliente":"b","evento":"clic"},{"cliente":"a"}]')
    page = await open_page(empty.web_url)
    await expect(page.locator("#total")).to_have_text("3")

    amqp_publish(empty.vhost, '{"cliente":"externo","evento":"compra"}')

    await expect(page.locator("#total")).to_have_text("4", timeout=1000)
    await expect(row(page, "externo").locator("td")).to_have_text(["1", "25,0 %", "", NUMBER, AGO])
    await expect(row(page, "a").locator("td")).to_have_text(["2", "50,0 %", "", NUMBER, AGO])
    await expect(page.locator("#types tbody tr")).to_contain_text(["evento", "clic", "compra"])
    await expect(page.locator("#active")).to_have_text("3")
    assert complaints == []


async def test_what_is_missing_stands_beside_the_total(chain: Chain, open_page: OpenPage) -> None:
    """A rejected message is not in the total, and the page says so next to it."""
    before = read(chain.report_url)
    page = await open_page(chain.web_url)

    amqp_publish(chain.vhost, "no es json")

    await expect(page.locator("#rejected")).to_have_text(rejected(before["rechazados"] + 1))
    await expect(page.locator("#total")).to_have_text(spanish(before["total"]))


async def test_first_event_by_the_command_of_the_empty_page(
    empty: Chain, open_page: OpenPage
) -> None:
    """The command that an empty page shows publishes an event, whose client then appears."""
    broker = empty.vhost.broker
    (empty.folder / ".env").write_text(f"RABBITMQ_PASSWORD={broker.password}\n")
    page = await open_page(empty.web_url)
    await expect(page.locator("#empty")).to_be_visible()
    await expect(page.locator("#lists")).to_be_hidden()
    shown = await page.locator("#command").inner_text()
    assert f"--port {broker.port} --username {broker.user} " in shown
    assert f"={broker.password}" not in shown

    process = await asyncio.create_subprocess_shell(shown, cwd=empty.folder)

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
    total = counted(chain)
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    await expect(page.locator("#total")).to_have_text(spanish(total + 1))
    await expect(page.get_by_role("status")).to_have_text("En vivo: los números se actualizan.")


async def test_pipeline_names_each_part(empty: Chain, open_page: OpenPage) -> None:
    """While all is well the strip says so of each part, from the clients to the viewers."""
    amqp_publish(empty.vhost, '[{"cliente":"a"},{"cliente":"b"}]')
    page = await open_page(empty.web_url)

    await expect(page.locator("#flow li")).to_have_count(5)
    await expect(page.locator('#flow li[data-state="ok"]')).to_have_count(5)
    said = page.locator("#flow .stage-text")
    last = re.compile(r"último conteo (ahora|hace \d+ s)")
    await expect(said).to_have_text(["2 activos", "vacía", last, "en contacto", "1 mirando"])


async def test_language_follows_the_browser_and_the_reader(
    chain: Chain, open_page: OpenPage
) -> None:
    """An English browser reads English; a chosen language changes all words and is remembered."""
    left_out = read(chain.report_url)["rechazados"]
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    page = await open_page(chain.web_url, locale="en-US")
    await expect(page.locator("#badge-word")).to_have_text("Live")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#rejected")).to_have_text(f"{left_out} rejected")

    await page.get_by_role("radio", name="Español").check()

    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("#total-label")).to_have_text("Eventos contados")
    await expect(page.locator("#rejected")).to_have_text(rejected(left_out))
    await page.reload()
    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("html")).to_have_attribute("lang", "es")


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
    total = counted(chain) + 780
    for n in range(1, 40):
        await publish(chain.vhost, [{"cliente": f"c{n % 7}"}] * n)
    page = await open_page(chain.web_url)
    wait_for(chain.report_url, lambda report: report["total"] == total)

    await expect(page.locator("#total")).to_have_text(spanish(total))
    counts = await page.locator("#clients tbody td:nth-child(2)").all_inner_texts()
    assert sorted(map(int, counts)) == sorted(read(chain.report_url)["clientes"].values())


async def test_client_that_stops_and_message_that_fails(empty: Chain, open_page: OpenPage) -> None:
    """Who pauses far longer than usual is marked; what was rejected says why, beside the counts."""
    now = time.time()
    steady = [{"cliente": "reloj", "timestamp": now - ago} for ago in range(150, 400, 5)]
    await publish(empty.vhost, [*steady, {"cliente": "suelto", "timestamp": now - 300}])
    amqp_publish(empty.vhost, "<script>alert(1)</script>")
    page = await open_page(empty.web_url)

    silent = page.locator("#clients td.silent")
    await expect(silent).to_have_count(1)
    await expect(silent).to_have_attribute("title", re.compile("callado desde las"))
    await publish(empty.vhost, [{"cliente": "reloj"}])
    await expect(silent).to_have_count(0)

    await page.locator("#rejections summary").click()
    await expect(page.locator("#rejections-title")).to_have_text("1 mensaje sin contar al llegar")
    await expect(page.locator(".reasons td")).to_have_text(["1"])
    await expect(page.locator(".samples code")).to_have_text("<script>alert(1)</script>")


async def test_a_store_without_that_time_says_so(chain: Chain, open_page: OpenPage) -> None:
    """Before counting began there is nothing to compare with: said, not drawn as a zero."""
    await publish(chain.vhost, [{"cliente": "a"}])
    page = await open_page(f"{chain.web_url}?frente=1d&lang=en")

    await expect(page.locator("#chart-compared")).to_have_text(
        "No events yesterday at this time · what is usual takes 3 weeks to learn; there are 0"
    )
