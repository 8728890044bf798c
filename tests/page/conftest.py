"""Opens the page as a reader does, and keeps what the browser complains about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import wait_for

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


@contextmanager
def page_chain(vhost: VirtualHost, folder: Path) -> Iterator[Chain]:
    """All that a page needs, at work: not the intake, which no page asks for anything."""
    chain = Chain(vhost, folder)
    del chain.parts["entrada"]
    with chain.at_work():
        yield chain


@pytest.fixture(scope="module")
def shared_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One for all tests of a file."""
    with (
        broker.virtual_host() as vhost,
        page_chain(vhost, tmp_path_factory.mktemp("page-chain")) as chain,
    ):
        yield chain


@pytest.fixture
def chain(shared_chain: Chain) -> Chain:
    """
    The chain of this file, all of it at work, whatever the last test killed or froze.

    It may have counted what other tests sent: take `empty`, or add to what is there.
    """
    shared_chain.mend()
    return shared_chain


@pytest.fixture
def empty(chain: Chain) -> Chain:
    """The chain of this file, which has just begun to count anew."""
    analytics = chain.parts["servicio-analiticas"]
    analytics.stop()
    chain.vhost.purge("cola_analiticas")
    chain.forget()
    analytics.start()
    wait_for(f"{chain.web_url}estado.json", _counts_nothing)
    return chain


def _counts_nothing(state: Mapping[str, Any]) -> bool:
    counts = state["instantanea"]
    return counts is not None and counts["total"] == counts["rechazados"] == 0


@pytest.fixture
def complaints() -> Complaints:
    """What went wrong in every page that the test opened."""
    return Complaints()


@pytest.fixture
def open_page(chromium: Browser, complaints: Complaints) -> OpenPage:
    """Opens an address in a fresh profile; Spanish and wide unless the options say otherwise."""
    expect.set_options(timeout=10_000)

    async def open_one(url: str, **options: Any) -> Page:
        context = await chromium.new_context(**{"locale": "es-ES"} | options)
        page = await context.new_page()
        complaints.listen_to(page)
        await page.add_init_script(WATCH_POLICY)
        await page.goto(url)
        return page

    return open_one


@pytest.fixture
def violations() -> Callable[[Page], Awaitable[list[str]]]:
    """What the content security policy stopped in a page."""

    async def read(page: Page) -> list[str]:
        found: list[str] = await page.evaluate("window.violations")
        return found

    return read
