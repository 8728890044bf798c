"""
The picture of a report in docs/images: `report_screenshot.py REPORT.html PICTURE.png [dark]`.

The window holds what one sees first: the verdict, the figures and the plots.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import async_playwright

from machine.system_packages import chromium_program

SIZE = {"width": 1160, "height": 816}


async def shoot(report: Path, picture: Path, scheme: Literal["light", "dark"]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_program(), args=["--headless", "--no-sandbox"]
        )
        page = await browser.new_page(color_scheme=scheme, viewport=SIZE)  # type: ignore[arg-type]
        await page.goto(report.as_uri())
        await page.screenshot(path=picture)
        await browser.close()


if __name__ == "__main__":
    html, png, *more = sys.argv[1:]
    asyncio.run(shoot(Path(html).resolve(), Path(png), "dark" if "dark" in more else "light"))
