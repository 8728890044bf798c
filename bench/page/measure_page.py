"""
Measures the page in headless Chromium: script time per update, long tasks, memory, first paint.

measure_page.py [--quick]     (make bench-page; 7 minutes, with --quick two)

The panel is a stand-in on this machine: 500 clients, of which 500 change ten times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser, CDPSession, Page, async_playwright, expect

from machine.system_packages import chromium_program
from tests.ending import end_in_order
from tests.port_ranges import free_ports
from tests.stack import answers

STAND_IN = Path(__file__).with_name("page_stand_in.py")
THROTTLE = 4
UPDATES_A_SECOND = 10
HOUR = 3600 * UPDATES_A_SECOND  # updates in an hour
SPED_UP = 200  # updates a second, for the hours
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--js-flags=--expose-gc"]
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longTasks.push(task.duration);
}).observe({type: "longtask"});
new MutationObserver((_, observer) => {
  const total = document.getElementById("total");
  if (!total || total.textContent === "—") return;
  window.usefulAt = performance.now();
  observer.disconnect();
}).observe(document, {subtree: true, childList: true, characterData: true});
"""
HIDE = """
Object.defineProperty(document, "hidden", {get: () => true});
document.dispatchEvent(new Event("visibilitychange"));
"""


class Script(NamedTuple):
    """Seconds of processor time of the page's main thread."""

    script: float
    task: float


@asynccontextmanager
async def stand_in(per_second: float) -> AsyncIterator[str]:
    (port,) = free_ports(1)
    command = [sys.executable, str(STAND_IN), str(port), "--per-second", str(per_second)]
    process = subprocess.Popen(  # noqa: ASYNC220
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/panel/"
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(answers, url):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


async def open_page(browser: Browser, url: str) -> tuple[Page, CDPSession]:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.add_init_script(WATCH)
    session = await context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    await session.send("HeapProfiler.enable")
    await page.goto(url)
    await expect(page.locator("#total")).not_to_have_text("—", timeout=30_000)
    return page, session


async def spent(session: CDPSession) -> Script:
    answer = await session.send("Performance.getMetrics")
    metrics = {one["name"]: one["value"] for one in answer["metrics"]}
    return Script(metrics["ScriptDuration"], metrics["TaskDuration"])


async def heap(session: CDPSession) -> float:
    """Bytes in use after everything that nobody needs is gone: the least of forty looks."""
    # A message that is on its way, or being decoded, adds up to a twentieth.
    sizes = []
    for _ in range(40):
        await session.send("HeapProfiler.collectGarbage")
        usage = await session.send("Runtime.getHeapUsage")
        sizes.append(float(usage["usedSize"]))
        await asyncio.sleep(0.5)
    return min(sizes)


async def measure_updates(browser: Browser, seconds: float) -> None:
    async with stand_in(UPDATES_A_SECOND) as url:
        page, session = await open_page(browser, url)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        await asyncio.sleep(5)
        await page.evaluate("window.longTasks.length = 0")
        before = await spent(session)
        await asyncio.sleep(seconds)
        after = await spent(session)
        long = await page.evaluate("window.longTasks")
    updates = seconds * UPDATES_A_SECOND
    script = 1000 * (after.script - before.script) / updates
    task = 1000 * (after.task - before.task) / updates
    print(f"script per update, {THROTTLE}x throttled   {script:6.2f} ms   (at most 8)")
    print(f"main thread per update             {task:6.2f} ms")
    print(
        f"tasks over 50 ms in {seconds:.0f} s       {len(long):6}      {[round(n) for n in long]}"
    )


async def measure_heap(browser: Browser, hour: int, hidden: bool) -> str:
    async with stand_in(SPED_UP) as url:
        page, session = await open_page(browser, url)
        if hidden:
            await page.evaluate(HIDE)
        sizes = []
        # The engine goes on compiling what runs often until about minute 30.
        for updates in (hour / 6, hour / 2, hour):
            await asyncio.sleep(updates / SPED_UP)
            sizes.append(await heap(session))
    growth = 100 * (sizes[2] / sizes[1] - 1)
    megabytes = ", ".join(f"{size / 1e6:.2f}" for size in sizes)
    where = "hidden " if hidden else "visible"
    return (
        f"heap, {where}, an hour's {hour:,} updates   {growth:+6.2f} %   (at most 2)"
        f"   {megabytes} MB after 10, 40 and 100 minutes"
    )


async def measure_first_paint(browser: Browser, times: int) -> None:
    found = []
    async with stand_in(UPDATES_A_SECOND) as url:
        for _ in range(times):
            page, _ = await open_page(browser, url)
            found.append(await page.evaluate("window.usefulAt"))
            await page.context.close()
    middle, worst = statistics.median(found), max(found)
    print(f"first numbers, cold cache          {middle:6.0f} ms   worst of {times}: {worst:.0f}")


async def measure(quick: bool) -> None:
    path = chromium_program()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        await measure_first_paint(browser, 3 if quick else 10)
        await measure_updates(browser, 10 if quick else 30)
        hour = HOUR // 12 if quick else HOUR
        both = [measure_heap(browser, hour, hidden) for hidden in (False, True)]
        print("\n".join(await asyncio.gather(*both)))
        await browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    end_in_order("make bench-page")
    asyncio.run(measure(quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
