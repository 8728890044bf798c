"""
Measures what it would be worth that index.html named all modules: first paint, first numbers.

measure_preload.py [--times 10]     (about a minute)

With `modulepreload` and without, in turns, with a cold cache, at no and at 50 ms of latency.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections import defaultdict
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from measure_page import FLAGS, WATCH, stand_in
from playwright.async_api import Browser, Route, async_playwright, expect

from machine.system_packages import chromium_program

STATIC = Path(__file__).resolve().parents[2] / "static"
PRELOAD = "".join(
    f'<link rel="modulepreload" href="./static/{path.relative_to(STATIC)}" />'
    for path in sorted(STATIC.glob("js/*/**/*.js"))
)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LATENCIES_MS = (0, 50)
# A page that the test answers for has no address, so its socket would count as reaching inwards.
NO_ADDRESS = "--disable-features=LocalNetworkAccessChecks"


async def look(browser: Browser, url: str, latency: int, preload: bool) -> tuple[float, float]:
    """Milliseconds until something is on the screen, and until numbers are."""

    async def answer(route: Route) -> None:
        given = await route.fetch()
        html = (await given.text()).replace("</head>", PRELOAD * preload + "</head>")
        await route.fulfill(response=given, body=html)

    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = await context.new_page()
        await page.add_init_script(WATCH)
        await page.route(url, answer)
        session = await context.new_cdp_session(page)
        way = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        await session.send("Network.emulateNetworkConditions", {**way, "latency": latency})
        await page.goto(url)
        await expect(page.locator("#total")).not_to_have_text("—", timeout=30_000)
        return await page.evaluate(PAINTED), await page.evaluate("window.usefulAt")
    finally:
        await context.close()


async def measure(times: int) -> None:
    program, flags = chromium_program(), [*FLAGS, NO_ADDRESS]
    found: dict[tuple[int, bool], list[tuple[float, float]]] = defaultdict(list)
    async with async_playwright() as playwright, stand_in(10) as url:
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        for _ in range(times):
            for latency in LATENCIES_MS:
                for preload in (True, False):
                    found[latency, preload].append(await look(browser, url, latency, preload))
        await browser.close()
    for (latency, preload), looks in sorted(found.items()):
        paint, numbers = (statistics.median(column) for column in zip(*looks, strict=True))
        named = "named at once" if preload else "found one by one"
        print(f"{latency:3} ms, modules {named:16}  first paint {paint:5.0f} ms", end="")
        print(f"   first numbers {numbers:5.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    asyncio.run(measure(parser.parse_args().times))
