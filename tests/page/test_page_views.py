"""What the reader chooses to look at: exact numbers of any time, in the address, to take along."""

import asyncio
import csv
import io
import json
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, wait_for

OpenPage = Callable[..., Awaitable[Page]]
CLIENTS = {"a": 5, "b": 3, "c": 1}


async def publish_past(chain: Chain, seconds_ago: float) -> None:
    """Events of each client at one time: a of type vista, the others of type clic."""
    at = time.time() - seconds_ago
    for name, n in CLIENTS.items():
        kind = "vista" if name == "a" else "clic"
        await publish(chain.vhost, [{"cliente": name, "evento": kind, "timestamp": at}] * n)


@pytest.fixture(scope="module")
def past(shared_chain: Chain) -> Chain:
    """A chain that the tests of this file only read: 9 events 5 min, 50 min and 14 h ago."""
    for seconds_ago in (300, 3000, 50_000):
        asyncio.run(publish_past(shared_chain, seconds_ago))
    wait_for(shared_chain.report_url, lambda report: report["total"] == 27)
    return shared_chain


def history(chain: Chain, **query: str) -> dict[str, Any]:
    answer = httpx.get(f"{chain.report_url}/historia", params=query, trust_env=False)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def in_window(n: int) -> re.Pattern[str]:
    return re.compile(rf"· {n} eventos? en la ventana$")


def values(page: Page) -> Any:
    return page.locator("#legend li")


async def test_history_is_there_when_the_page_opens(past: Chain, open_page: OpenPage) -> None:
    """Events of before the page was opened are in the chart, by client and by type."""
    page = await open_page(past.web_url)

    await expect(page.locator("#chart-span")).to_have_text(in_window(9))
    await expect(values(page)).to_have_text(["a5", "b3", "c1"])
    await page.get_by_role("radio", name="Tipos").check()
    await expect(values(page)).to_have_text(["vista5", "clic4"])
    assert "por=evento" in page.url


@pytest.mark.parametrize(
    ("window", "step", "inside"), [("1m", "1s", 0), ("1h", "1m", 18), ("24h", "10m", 27)]
)
async def test_windows_hold_what_the_report_says(
    past: Chain, open_page: OpenPage, window: str, step: str, inside: int
) -> None:
    """Each window counts exactly the events whose time lies in it."""
    page = await open_page(f"{past.web_url}?ventana={window}")

    await expect(page.locator("#chart-span")).to_have_text(in_window(inside))
    report = history(past, ventana=window, paso=step, por="total")
    assert sum(sum(one["puntos"]) for one in report["series"]) == inside


async def test_rewind_by_button_and_by_hand(past: Chain, open_page: OpenPage) -> None:
    """The past comes by a press or by dragging, holds still, and live is one press away."""
    page = await open_page(f"{past.web_url}?ventana=1h")
    await expect(page.locator("#chart-span")).to_have_text(in_window(18))

    box = await page.locator("#plot").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + 200, y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 200 + box["width"] / 2, y, steps=5)
    await page.mouse.up()

    await expect(page.locator("#chart-span")).to_have_text(in_window(9))
    assert "hasta=" in page.url
    await page.locator("#to-live").click()
    await expect(page.locator("#chart-span")).to_have_text(in_window(18))
    assert "hasta=" not in page.url
    await page.get_by_role("button", name="Más antiguo").click()
    await expect(page.locator("#chart-span")).to_have_text(in_window(9))
    await page.get_by_role("button", name="Más reciente").click()
    await expect(page.locator("#chart-span")).to_have_text(in_window(18))
    await expect(page.locator("#to-live")).to_be_disabled()


async def test_drill_down_to_a_client_and_a_type(past: Chain, open_page: OpenPage) -> None:
    """A pressed row shows that client by type; a pressed type that type by client; Esc ends it."""
    page = await open_page(past.web_url)
    await page.locator("#clients").get_by_role("button", name="a", exact=True).click()
    await expect(values(page)).to_have_text(["vista5"])
    await expect(page.locator(".chip")).to_have_text("cliente: a")
    await page.locator(".chip").click()
    await expect(values(page)).to_have_text(["a5", "b3", "c1"])

    await page.locator("#types").get_by_role("button", name="clic").click()
    await expect(values(page)).to_have_text(["b3", "c1"])
    assert "evento=clic" in page.url
    await page.keyboard.press("Escape")
    await expect(values(page)).to_have_text(["a5", "b3", "c1"])


async def test_address_restores_the_view(past: Chain, open_page: OpenPage) -> None:
    """Who opens a copied address sees what its sender saw."""
    page = await open_page(past.web_url)
    await page.get_by_role("radio", name="Última hora").check()
    await page.locator("#table-toggle").click()
    await page.locator("#clients").get_by_role("button", name="Cliente").click()
    await page.locator("#search").fill("b")
    await page.locator("#types").get_by_role("button", name="clic").click()
    await page.get_by_role("radio", name="English").check()
    await page.get_by_role("radio", name="Dark").check()

    other = await open_page(page.url)

    await expect(other.locator("#clients tbody th")).to_have_text(["b"])
    await expect(other.locator("#matches")).to_have_text("1 of 3 matches")
    await expect(other.locator(".chip")).to_have_text("type: clic")
    await expect(other.locator("#clients th[aria-sort=ascending]")).to_have_text("Client")
    await expect(other.locator(".steps tbody tr")).to_have_count(60)
    await expect(other.locator("#window input[value='1h']")).to_be_checked()
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    assert other.url == page.url


async def test_table_holds_the_charts_numbers(past: Chain, open_page: OpenPage) -> None:
    """The table alternative has a row for each step, whose counts are the history's."""
    page = await open_page(f"{past.web_url}?ventana=1h&vista=tabla")

    await expect(page.locator(".steps thead th")).to_have_text(
        ["Desde", "a", "b", "c", "otros", "Suma"]
    )
    rows = page.locator(".steps tbody tr").filter(has=page.get_by_text("9", exact=True))
    await expect(rows).to_have_count(2)
    await expect(rows.first.locator("td")).to_have_text(["5", "3", "1", "0", "9"])


async def test_export_is_what_is_shown(past: Chain, open_page: OpenPage, tmp_path: Path) -> None:
    """CSV and JSON hold the numbers of chart and list, the PNG is an image."""
    twice, thrice = ({name: times * n for name, n in CLIENTS.items()} for times in (2, 3))
    page = await open_page(f"{past.web_url}?ventana=1h")
    await expect(page.locator("#chart-span")).to_have_text(in_window(18))

    async def export(kind: str) -> bytes:
        await page.locator("#export summary").click()
        async with page.expect_download() as download:
            await page.locator(f"[data-export='{kind}']").click()
        path = tmp_path / kind
        await (await download.value).save_as(path)
        return path.read_bytes()

    rows = list(csv.DictReader(io.StringIO((await export("chart.csv")).decode())))
    assert len(rows) == 60
    assert {name: sum(int(row[name]) for row in rows) for name in CLIENTS} == twice
    clients = list(csv.DictReader(io.StringIO((await export("clients.csv")).decode())))
    assert {row["cliente"]: int(row["eventos"]) for row in clients} == thrice
    everything = json.loads(await export("all.json"))
    assert everything["reporte"]["clientes"] == thrice
    shown = {one["nombre"]: sum(one["puntos"]) for one in everything["historia"]["series"]}
    assert shown == twice
    assert (await export("chart.png")).startswith(b"\x89PNG")
    await expect(page.get_by_role("status")).to_have_text("Exportado: pulso-chart.png")


@pytest.mark.parametrize("mode", ["embed", "kiosk"])
async def test_modes_without_controls(past: Chain, open_page: OpenPage, mode: str) -> None:
    """Inside another page and on a wall there are numbers and state, and nothing to press by."""
    page = await open_page(f"{past.web_url}?{mode}=1")

    await expect(page.locator("#total")).to_have_text("27")
    await expect(page.locator("#badge-word")).to_be_visible()
    await expect(page.locator("#plot")).to_be_visible()
    for control in (".tools", ".card-tools", ".rewind", ".search"):
        await expect(page.locator(control)).to_be_hidden()
