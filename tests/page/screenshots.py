"""
Writes the pictures of the README, from the real chain: docs/images/panel-{light,dark,phone}.png.

Run by hand, for about two minutes, from the root of the repository:
PYTHONPATH=tests:local .venv/bin/python tests/page/screenshots.py
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright

from broker_stack import Broker
from chain_stack import Chain
from foreign_publisher import amqp_publish, publish

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CLIENTS = {
    "cliente_uno": 4.0,
    "cliente_dos": 2.5,
    "tienda_online": 1.4,
    "app_movil": 0.9,
    "sensores_planta_3": 0.5,
    "almacen_norte": 0.2,
}
HISTORY_SECONDS = 62  # the minute of the rate's line
PHONE = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1280, height=740)


async def take(browser: Browser, url: str, name: str, theme: str, viewport: ViewportSize) -> None:
    """One picture, at twice the resolution, after a minute of watching."""
    context = await browser.new_context(
        locale="es-ES",
        viewport=viewport,
        device_scale_factor=2,
        is_mobile=viewport is PHONE,
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(url)
    await asyncio.sleep(HISTORY_SECONDS)
    await page.screenshot(path=IMAGES / f"panel-{name}.png")
    await context.close()


async def publish_a_past(chain: Chain) -> None:
    """Totals as after a while, a copy and something that is no event."""
    for name, pace in CLIENTS.items():
        for kind, share in {"vista": 0.6, "clic": 0.3, "compra": 0.1}.items():
            events = [{"cliente": name, "evento": kind}] * round(1700 * pace * share)
            await publish(chain.vhost, events, f"{name}-{kind}")
    await publish(chain.vhost, [{"cliente": "cliente_uno", "evento": "compra"}], "uno-1")
    await publish(chain.vhost, [{"cliente": "cliente_uno", "evento": "compra"}], "uno-1")
    amqp_publish(chain.vhost, "no es json")


async def photograph(chain: Chain) -> None:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        await asyncio.gather(
            take(browser, chain.web_url, "light", "light", WIDE),
            take(browser, chain.web_url, "dark", "dark", WIDE),
            take(browser, chain.web_url, "phone", "light", PHONE),
        )
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
        stack.callback(chain.discard)
        chain.start()
        asyncio.run(publish_a_past(chain))
        for name, pace in CLIENTS.items():
            client = chain.client(name, EVENTS_PER_SECOND=pace)
            client.start()
            stack.callback(client.kill)
        asyncio.run(photograph(chain))
    return 0


if __name__ == "__main__":
    sys.exit(main())
