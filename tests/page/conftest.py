"""Opens the page as a reader does, and keeps what the browser complains about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

OpenPage = Callable[..., Awaitable[Page]]

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


class Complaints(list[str]):
    """Errors and warnings of the console, uncaught errors, dialogs that a script opened."""

    def console(self, message: ConsoleMessage) -> None:
        # Chromium drops requests when any interface of the machine comes or goes (containers).
        of_the_machine = "ERR_NETWORK_CHANGED" in message.text
        if message.type in ("error", "warning") and not of_the_machine:
            self.append(message.text)

    def listen_to(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("dialog", lambda dialog: self.append(f"dialog: {dialog.message}"))


@pytest.fixture
def complaints() -> Complaints:
    """What went wrong in every page that the test opened."""
    return Complaints()


@pytest.fixture
async def open_page(chromium: Browser, complaints: Complaints) -> AsyncIterator[OpenPage]:
    """Opens an address in a fresh profile; Spanish and wide unless the options say otherwise."""
    expect.set_options(timeout=10_000)

    async def open_one(url: str, **options: Any) -> Page:
        context = await chromium.new_context(**{"locale": "es-ES"} | options)
        page = await context.new_page()
        complaints.listen_to(page)
        await page.add_init_script(WATCH_POLICY)
        await page.goto(url)
        return page

    yield open_one
    for context in chromium.contexts:
        await context.close()


@pytest.fixture
async def violations() -> Callable[[Page], Awaitable[list[str]]]:
    """What the content security policy stopped in a page."""

    async def read(page: Page) -> list[str]:
        found: list[str] = await page.evaluate("window.violations")
        return found

    return read
