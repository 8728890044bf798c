"""The rules of WCAG 2.2 AA, by axe, on a page as every reader may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, ViewportSize

OpenPage = Callable[..., Awaitable[Page]]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
# What passes is not told: its nodes need not be described.
RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const options = {runOnly: rules, resultTypes: ["violations"]};
  const {violations} = await axe.run(document, options);
  const said = (id, {target, failureSummary}) => `${id} ${target} ${failureSummary}`;
  return violations.flatMap(({id, nodes}) => nodes.map((node) => said(id, node)));
}"""
# By the reader's own control, also while a dialog covers it; then all is drawn once.
SPEAK = """async (language) => {
  document.querySelector(`#language input[value=${language}]`).click();
  const drawn = () => new Promise((done) => requestAnimationFrame(done));
  await drawn();
  await drawn();
  return document.documentElement.lang;
}"""
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
LANGUAGES = ("es", "en")
WIDTHS = (ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640))


async def open_with_axe(open_page: OpenPage, url: str, **options: Any) -> Page:
    # A row that slides to its new place covers another for a third of a second.
    page = await open_page(url, bypass_csp=True, reduced_motion="reduce", **options)
    await put_axe_into(page)
    return page


async def put_axe_into(page: Page) -> None:
    """Once all is there: a page of which a file did not arrive loads again, and would lose it."""
    await page.wait_for_selector("html[data-ready]:not([data-failed])", state="attached")
    await page.evaluate(AXE)


async def expect_no_violation(page: Page, state: str, themes: Sequence[Theme] = THEMES) -> None:
    """Axe finds nothing: in either theme, in either language, wide and at 320 px."""
    for theme in themes:
        await page.emulate_media(color_scheme=theme)
        for language in LANGUAGES:
            assert await page.evaluate(SPEAK, language) == language
            for size in WIDTHS:
                await page.set_viewport_size(size)
                found: list[str] = await page.evaluate(RUN)
                assert found == [], (found, state, theme, language, size)
