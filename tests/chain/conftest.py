from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain


@contextmanager
def counting(vhost: VirtualHost, folder: Path) -> Iterator[Chain]:
    """Of the whole chain only the analytics run, and are asked without the proxy."""
    chain = Chain(vhost, folder)
    chain.report_url = f"http://127.0.0.1:{chain.routes.reporte_port}/reporte"
    try:
        chain.parts["servicio-analiticas"].start()
        yield chain
    finally:
        chain.discard()


@pytest.fixture
def counter(vhost: VirtualHost, tmp_path: Path) -> Iterator[Chain]:
    """The analytics alone, which have counted nothing yet."""
    with counting(vhost, tmp_path) as chain:
        yield chain


@pytest.fixture(scope="module")
def lasting_counter(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The analytics alone, for all tests of a module: each asks what has come to be."""
    with (
        broker.virtual_host() as vhost,
        counting(vhost, tmp_path_factory.mktemp("lasting-counter")) as chain,
    ):
        yield chain
