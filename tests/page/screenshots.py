"""
Writes the pictures of the page, from the real chain: docs/images/panel-*.png.

Run by hand, for about three minutes, from the root of the repository:
PYTHONPATH=.:local .venv/bin/python tests/page/screenshots.py
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from machine.system_packages import chromium_program
from tests.backlog import publish_backlog
from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, publish
from tests.stack import Part

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CLIENTS = {
    "cliente_uno": 4.0,
    "cliente_dos": 2.5,
    "tienda_online": 1.4,
    "app_movil": 0.9,
    "sensores_planta_3": 0.5,
    "almacen_norte": 0.2,
}
EVENTS_A_MESSAGE = 5000
HISTORY_SECONDS = 65  # the minute of the rate's line
BACKLOG = 2_000
NAMES = list(CLIENTS)
SILENT = "almacen_norte"
RULES = f"""
reglas:
  - {{nombre: almacén sin noticias, tipo: silencio, cliente: {SILENT}, tras: 30s}}
  - {{nombre: rechazados, tipo: rechazados, encima: 2, ventana: 15s}}
  - {{tipo: datos}}
"""
PHONE = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1280, height=1170)
SCREEN = ViewportSize(width=1280, height=720)
WALL = ViewportSize(width=1920, height=1080)


async def open_page(
    browser: Browser, url: str, dark: bool = False, viewport: ViewportSize = SCREEN
) -> Page:
    """A page that is watched from now on."""
    context = await browser.new_context(
        locale="es-ES",
        viewport=viewport,
        device_scale_factor=1 if viewport is WALL else 2,
        is_mobile=viewport is PHONE,
        color_scheme="dark" if dark else "light",
    )
    page = await context.new_page()
    await page.goto(url)
    return page


async def take(page: Page, name: str) -> None:
    await page.screenshot(path=IMAGES / f"panel-{name}.png")


def day_of(name: str, pace: float, now: float) -> list[dict[str, object]]:
    """A client's last day: quiet at night, busy at noon, with the noise of real life."""
    chance = random.Random(name)  # noqa: S311 - the same pictures each time
    kinds = ("vista", "vista", "vista", "clic", "clic", "compra")
    events: list[dict[str, object]] = []
    for minute in range(24 * 60, 0, -1):
        at = now - 60 * minute
        daylight = 0.55 - 0.45 * math.cos((at % 86_400) / 86_400 * 2 * math.pi)
        lull = 0.2 if chance.random() < 0.02 else 1.0
        for _ in range(round(chance.gauss(pace * 60 * daylight * lull, 3))):
            moment = {"timestamp": at + 60 * chance.random()}
            events.append({"cliente": name, "evento": chance.choice(kinds), **moment})
    return events


async def publish_a_past(chain: Chain, now: float) -> None:
    """A day of events until *now*, a copy of one message, and something that is no event."""
    for name, pace in CLIENTS.items():
        events = day_of(name, pace, now)
        for start in range(0, len(events), EVENTS_A_MESSAGE):
            part = events[start : start + EVENTS_A_MESSAGE]
            await publish(chain.vhost, part, f"{name}-{start}")
    for _ in range(2):
        await publish(chain.vhost, [{"cliente": "cliente_uno", "evento": "compra"}], "uno-1")
    for bad in ("no es json", '{"evento":"compra"}', '{"cliente":"tienda_online","evento":7}'):
        amqp_publish(chain.vhost, bad)


async def photograph(chain: Chain, browser: Browser, silent: Part) -> None:
    """While one client is silent, then without the analytics, then while they catch up."""
    silent.kill()
    pages = {
        "light": await open_page(browser, chain.web_url, viewport=WIDE),
        "dark": await open_page(browser, f"{chain.web_url}?ventana=24h", dark=True),
        "phone": await open_page(browser, chain.web_url, viewport=PHONE),
        "kiosk": await open_page(
            browser, f"{chain.web_url}?kiosk=1&ventana=1h&por=evento", dark=True, viewport=WALL
        ),
    }
    alerts = await open_page(browser, chain.web_url)
    stale = await open_page(browser, f"{chain.web_url}?forma=lineas")
    await asyncio.sleep(HISTORY_SECONDS)
    await alerts.keyboard.press("a")
    await expect(alerts.locator("#alerts-firing li")).to_have_count(1)
    pages["alerts"] = alerts
    for name, page in pages.items():
        await take(page, name)
        await page.context.close()
    chain.parts["servicio-analiticas"].kill()
    await publish_backlog(chain.vhost, BACKLOG, NAMES)
    await expect(stale.locator("#badge")).to_have_attribute("data-kind", "stale", timeout=30_000)
    await asyncio.sleep(12)
    await take(stale, "stale")
    chain.parts["servicio-analiticas"].start()
    await expect(stale.locator("#badge")).to_have_attribute("data-kind", "behind", timeout=60_000)
    await asyncio.sleep(0.5)
    await take(stale, "catching-up")
    await stale.context.close()


async def start_browser(chain: Chain, silent: Part) -> None:
    path = chromium_program()
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        await photograph(chain, browser, silent)
        await browser.close()


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = Broker(folder / "broker")
        stack.callback(broker.discard)
        broker.start()
        vhost = stack.enter_context(broker.virtual_host())
        chain = Chain(vhost, folder)
        chain.add_alerts(RULES)
        stack.callback(chain.discard)
        chain.start()
        began = time.time()
        clients = {name: chain.client(name, EVENTS_PER_SECOND=n) for name, n in CLIENTS.items()}
        for client in clients.values():
            client.start()
            stack.callback(client.kill)
        asyncio.run(publish_a_past(chain, began))
        asyncio.run(start_browser(chain, clients[SILENT]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
