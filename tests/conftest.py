from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from broker_stack import Broker, VirtualHost


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The node that tests share; who wants to kill or freeze one takes `own_broker`."""
    shared = Broker(tmp_path_factory.mktemp("broker"))
    with ExitStack() as stack:
        stack.callback(shared.discard)
        shared.start()
        yield shared


@pytest.fixture
def vhost(broker: Broker) -> Iterator[VirtualHost]:
    """A fresh virtual host of the shared node."""
    with broker.virtual_host() as fresh:
        yield fresh


@pytest.fixture
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Broker]]:
    """Starts a node of the test's own, which it may kill, freeze and start again."""
    with ExitStack() as stack:

        def start() -> Broker:
            broker = Broker(tmp_path_factory.mktemp("own-broker"))
            stack.callback(broker.discard)
            broker.start()
            return broker

        yield start
