from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.port_ranges import free_ports
from tests.prometheus_stack import Prometheus, wait

JOBS = {
    "analiticas": "servicio-analiticas",
    "panel": "panel-visual",
    "avisos": "servicio-avisos",
    "entrada": "entrada",
}


@pytest.fixture(scope="module")
def lasting_vhost(broker: Broker) -> Iterator[VirtualHost]:
    with broker.virtual_host() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def metrics(
    lasting_vhost: VirtualHost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Chain, dict[str, str]]]:
    """A chain whose services tell metrics, and where each job's are."""
    chain = Chain(lasting_vhost, tmp_path_factory.mktemp("metrics"))
    chain.add_alerts()
    ports = dict(zip(JOBS, free_ports(len(JOBS)), strict=True))
    for job, part in JOBS.items():
        chain.parts[part].environment["METRICS_PORT"] = str(ports[job])
    try:
        chain.start()
        yield chain, {job: f"127.0.0.1:{port}" for job, port in ports.items()}
    finally:
        chain.discard()


@pytest.fixture(scope="module")
def scraped(
    metrics: tuple[Chain, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Chain, Prometheus]]:
    """The chain with a Prometheus, one for a module's tests: each mends what it breaks."""
    chain, targets = metrics
    prometheus = Prometheus(tmp_path_factory.mktemp("scraped") / "prometheus", targets)
    try:
        prometheus.part.start()
        wait(lambda: len(prometheus.query("up == 1")) == len(JOBS), "all scraped")
        yield chain, prometheus
    finally:
        prometheus.part.kill()


@pytest.fixture
def watched(scraped: tuple[Chain, Prometheus]) -> tuple[Chain, Prometheus]:
    """Both, with nothing wrong, or nothing any more."""
    scraped[1].wait_quiet()
    return scraped
