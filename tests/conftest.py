from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, Page, async_playwright

from machine.system_packages import chromium_program
from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.long_files import place_of
from tests.postgres_stack import FAST, Postgres

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",  # tests also run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# How long an example takes is the machine's business.
settings.register_profile("pulso", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pulso")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name gzip by what it is: it holds the second of its making, and two workers must agree."""
    return "gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long files begin first, the others in their order, and browsers share a loop."""
    items.sort(key=lambda item: place_of(item.path))
    for item in items:
        if isinstance(item, pytest.Function) and "shared_chromium" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The node that tests share; who wants to kill or freeze one takes `own_broker`."""
    with Broker(tmp_path_factory.mktemp("broker")).at_work() as shared:
        yield shared


@pytest.fixture
def vhost(broker: Broker) -> Iterator[VirtualHost]:
    """A fresh virtual host of the shared node."""
    with broker.virtual_host() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL that tests share, each with a schema of its own; it forgets in a crash."""
    with Postgres(FAST).at_work() as shared:
        yield shared


@pytest.fixture(scope="session")
def breakable_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """
    The node that tests kill and freeze, one after the other; not started.

    Its management API's counts are up to a second old; RabbitMQ's own setting is 5 s.
    """
    statistics = "collect_statistics_interval = 1000\n"
    broker = Broker(tmp_path_factory.mktemp("breakable-broker"), statistics)
    yield broker
    broker.discard()


@pytest.fixture(scope="session")
def own_broker(breakable_broker: Broker) -> Callable[[], Broker]:
    """Hands out a running node that the test may kill, freeze and start again."""

    def ready() -> Broker:
        if breakable_broker.vm.running:
            breakable_broker.resume()
            breakable_broker.vm.wait_ready()
        else:
            breakable_broker.start()
        return breakable_broker

    return ready


@pytest.fixture
def chain_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[VirtualHost], Chain]]:
    """Starts analytics, panel and Traefik on a virtual host, of the shared node or another."""
    with ExitStack() as stack:

        def start(vhost: VirtualHost) -> Chain:
            chain = Chain(vhost, tmp_path_factory.mktemp("chain"))
            return stack.enter_context(chain.at_work())

        yield start


@pytest.fixture
def chain(chain_on: Callable[[VirtualHost], Chain], vhost: VirtualHost) -> Chain:
    """The whole chain on a fresh virtual host of the shared node, ready."""
    return chain_on(vhost)


@pytest.fixture(scope="module")
def lasting_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A chain that a module's tests share; who ends a part of it starts it again."""
    with (
        broker.virtual_host() as vhost,
        Chain(vhost, tmp_path_factory.mktemp("lasting-chain")).at_work() as chain,
    ):
        yield chain


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, headless; a test takes `chromium`."""
    path = chromium_program()
    assert path, "no chromium on PATH; `make test` installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(shared_chromium: Browser) -> AsyncIterator[Browser]:
    """
    The browser that tests share, without a page; none of what this test opens is left for the next.

    Each context has its own cookies, storage, cache, network and processes: one that a test takes
    offline is gone with it.
    """
    yield shared_chromium
    for context in shared_chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> Page:
    """An empty page; what its console and its scripts complain about is the test's to check."""
    return await chromium.new_page()
