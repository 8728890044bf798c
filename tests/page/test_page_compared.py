"""Is this as usual? The same window a day or a week before, and the band of the weeks before."""

import asyncio
import csv
import datetime
import io
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, wait_for

OpenPage = Callable[..., Awaitable[Page]]
MINUTE, HOUR, DAY = 60, 3600, 86_400
END = int(time.time()) // HOUR * HOUR
A_MESSAGE = 10_000
# Events a minute: today, a day before, and in each of seven weeks before
TODAY, YESTERDAY, FORMERLY, PEAK = 8, 8, 7, 60
PEAK_ENDS, GAP_ENDS = END - 2 * HOUR, END - 3 * HOUR


def minutes(begin: int, end: int, each: int, cliente: str = "tienda") -> list[dict[str, Any]]:
    """So many events in each minute of a time."""
    at = [second + 0.5 * n for second in range(begin, end, MINUTE) for n in range(each)]
    return [{"cliente": cliente, "timestamp": second} for second in at]


def weeks() -> list[dict[str, Any]]:
    """Four hours of today, yesterday, and seven weeks; a peak two hours ago, a gap three."""
    formerly = (END - n * 7 * DAY for n in range(1, 8))
    return [
        *minutes(END - 4 * HOUR, GAP_ENDS - 15 * MINUTE, TODAY),
        *minutes(GAP_ENDS, END, TODAY),
        *minutes(END - DAY - 4 * HOUR, END - DAY + HOUR, YESTERDAY),
        *(event for end in formerly for event in minutes(end - 4 * HOUR, end + 2 * HOUR, FORMERLY)),
        *minutes(PEAK_ENDS - 15 * MINUTE, PEAK_ENDS, PEAK, "pico"),
    ]


async def publish_all(chain: Chain, events: list[dict[str, Any]]) -> None:
    for start in range(0, len(events), A_MESSAGE):
        await publish(chain.vhost, events[start : start + A_MESSAGE])


@pytest.fixture(scope="module", name="past")
def _past(shared_chain: Chain) -> Chain:
    """A chain that the tests of this file only read: the same hours of seven weeks."""
    events = weeks()
    asyncio.run(publish_all(shared_chain, events))
    wait_for(shared_chain.report_url, lambda report: report["total"] == len(events))
    return shared_chain


def at(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address(chain: Chain, end: int = END, **view: str) -> str:
    parts = "&".join(f"{key}={value}" for key, value in view.items())
    return f"{chain.web_url}?hasta={at(end)}&{parts}"


def compared(page: Page) -> Any:
    return page.locator("#chart-compared")


@pytest.mark.parametrize(
    ("lang", "before", "said"),
    [
        ("es", "7d", "14 % más que una semana antes · dentro de lo habitual"),
        ("en", "7d", "14% above a week before · as usual"),
        ("es", "1d", "Como un día antes · dentro de lo habitual"),
        ("en", "1d", "As a day before · as usual"),
    ],
)
async def test_the_same_window_before(
    past: Chain, open_page: OpenPage, lang: str, before: str, said: str
) -> None:
    """How much more or less it was is said, and has its own entry in the legend."""
    page = await open_page(address(past, frente=before, lang=lang))

    await expect(compared(page)).to_have_text(said)
    label = {"es": "lo habitual", "en": "usual"}[lang]
    entries = page.locator("#legend li")
    await expect(entries.last).to_have_text(re.compile(rf"^{label}\d+–\d+$"))
    former = {"7d": 15 * FORMERLY, "1d": 15 * YESTERDAY}[before]
    await expect(entries.nth(-2)).to_have_text(re.compile(rf"{former}$"))


async def test_the_key_goes_round(past: Chain, open_page: OpenPage) -> None:
    """v: a day before, a week before, nothing again. It is read out, and the address follows."""
    page = await open_page(address(past))
    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    await expect(page.locator("#legend li").last).to_have_text(re.compile("lo habitual"))
    await expect(compared(page)).to_be_hidden()

    for before, said in (("1d", "un día antes"), ("7d", "una semana antes")):
        await page.keyboard.press("v")
        await expect(compared(page)).to_contain_text(said)
        await expect(page.get_by_role("status")).to_contain_text(said)
        await expect(page.locator(f"#compare [value='{before}']")).to_be_checked()
        assert f"frente={before}" in page.url
    await page.keyboard.press("v")
    await expect(compared(page)).to_be_hidden()
    assert "frente" not in page.url
    await page.get_by_role("radio", name="una semana antes").check()
    await expect(compared(page)).to_contain_text("una semana antes")


async def test_what_is_unusual_is_said_unasked(past: Chain, open_page: OpenPage) -> None:
    """More than usual is told without a comparison, and so is less, of one client alone."""
    page = await open_page(address(past, PEAK_ENDS))
    await expect(compared(page)).to_have_text(re.compile(r"^más de lo habitual \(\d+–\d+\)$"))

    await page.goto(address(past, GAP_ENDS, cliente="tienda", frente="7d"))
    await expect(compared(page)).to_have_text(
        re.compile(r"^100\s% menos que una semana antes · menos de lo habitual \(\d+–\d+\)$")
    )


async def test_who_is_new_is_being_learned(past: Chain, open_page: OpenPage) -> None:
    """A client of today has nothing usual yet, which is said to who compares."""
    page = await open_page(address(past, PEAK_ENDS, cliente="pico", frente="7d"))

    said = "Sin eventos una semana antes · lo habitual se sabrá con 3 semanas; hay 0"
    await expect(compared(page)).to_have_text(said)


async def test_tiles_compare_now(past: Chain, open_page: OpenPage) -> None:
    """The numbers on top are of now, whatever the chart shows, and so is what they are held to."""
    page = await open_page(address(past, PEAK_ENDS, frente="7d"))

    await expect(page.locator("#rate-compared")).to_have_text(
        re.compile(r"^el \w+ pasado a esta hora: 0,1/s$")
    )
    await expect(page.locator("#total-compared")).to_have_text(
        re.compile(r"^(\d+\s% (más|menos) que|Como) el \w+ pasado$")
    )


async def test_table_and_export_have_it(past: Chain, open_page: OpenPage) -> None:
    """Columns of their own for what was before and what is usual, in table, CSV and JSON."""
    page = await open_page(address(past, frente="7d", vista="tabla", ventana="1h"))
    heads = ["Desde", "tienda", "otros", "Suma", "una semana antes", "lo habitual"]

    await expect(page.locator(".steps thead th")).to_have_text(heads)
    cells = page.locator(".steps tbody tr").first.locator("td")
    await expect(cells).to_have_text(["8", "0", "8", "7", re.compile(r"^\d–1\d$")])

    async def export(kind: str) -> str:
        await page.locator("#export summary").click()
        async with page.expect_download() as download:
            await page.locator(f"[data-export='{kind}']").click()
        return (await (await download.value).path()).read_text()

    rows = list(csv.DictReader(io.StringIO(await export("chart.csv"))))
    assert {row["frente_7d"] for row in rows} == {"7"}
    assert all(float(row["habitual_bajo"]) < 7 < float(row["habitual_alto"]) for row in rows)
    everything = json.loads(await export("all.json"))
    assert everything["frente"]["frente"] == "7d"
    assert set(everything["frente"]["puntos"]) == {5 * FORMERLY}
    assert everything["habitual"]["semanas"] == 6


async def test_arrows_read_it_out(past: Chain, open_page: OpenPage) -> None:
    """Who reads the chart by keys hears what was before, and what is usual."""
    page = await open_page(address(past, frente="7d"))
    await expect(compared(page)).to_be_visible()

    await page.locator("#plot").focus()
    await page.keyboard.press("ArrowLeft")

    await expect(page.locator("#announcement")).to_have_text(
        re.compile(r"tienda 0,1, una semana antes 0,1/s, lo habitual \d,\d–\d,\d/s$")
    )


@pytest.mark.parametrize("theme", ["claro", "oscuro"])
async def test_it_fits_a_phone(past: Chain, open_page: OpenPage, theme: str) -> None:
    """At 390 px nothing is wider than the screen, and each choice is large enough for a thumb."""
    url = address(past, frente="7d", tema=theme)
    page = await open_page(url, viewport={"width": 390, "height": 844})
    await expect(compared(page)).to_be_visible()

    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    for choice in await page.locator("#compare label").all():
        box = await choice.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
