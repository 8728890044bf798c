from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.push.machine import allow_many_files
from tests.push.raw_viewer import Way

FIGURES: list[str] = []


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of everything: `PUSH_SCALE=full` is what docs/websocket.md states."""

    good: int = 100
    deaf: int = 100
    cut_off: int = 50
    calm_seconds: float = 2.0
    storm: int = 1000
    drops: int = 1000
    away_seconds: float = 6.0
    both_ways: bool = True  # at once; what is stated is measured one way after the other


FULL = Scale(
    good=500,
    deaf=500,
    cut_off=200,
    calm_seconds=15.0,
    storm=5000,
    away_seconds=20.0,
    both_ways=False,
)


@pytest.fixture(scope="session")
def scale() -> Scale:
    return FULL if os.environ.get("PUSH_SCALE") == "full" else Scale()


@pytest.fixture(scope="session")
def shared_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    allow_many_files()
    with (
        broker.virtual_host() as vhost,
        Chain(vhost, tmp_path_factory.mktemp("push-chain")).at_work() as chain,
    ):
        yield chain


@pytest.fixture
def chain(shared_chain: Chain) -> Chain:
    """One chain for all of these tests: they may kill its parts, and watch only what is new."""
    shared_chain.mend()
    return shared_chain


@pytest.fixture
def direct(chain: Chain) -> Way:
    return Way("direct", chain.routes.push_port, "/ws")


@pytest.fixture
def proxied(chain: Chain) -> Way:
    return Way("through Traefik", chain.routes.web_port, "/panel/ws")


@pytest.fixture(params=["direct", "proxied"])
def way(request: pytest.FixtureRequest) -> Way:
    """Both ways, one test each."""
    found: Way = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Keep a figure for the end of the run."""

    def keep(figure: str) -> None:
        record_property("figure", figure)
        FIGURES.append(figure)

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("push figures")
        for figure in FIGURES:
            terminalreporter.line(figure)
