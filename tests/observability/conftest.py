from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.port_ranges import free_ports
from tests.prometheus_stack import Prometheus, wait

JOBS = {
    "analiticas": "servicio-analiticas",
    "panel": "panel-visual",
    "avisos": "servicio-avisos",
    "entrada": "entrada",
}


@pytest.fixture
def metrics(vhost: VirtualHost, tmp_path: Path) -> Iterator[tuple[Chain, dict[str, str]]]:
    """A chain whose services tell metrics, and where each job's are."""
    chain = Chain(vhost, tmp_path)
    chain.add_alerts()
    ports = dict(zip(JOBS, free_ports(len(JOBS)), strict=True))
    for job, part in JOBS.items():
        chain.parts[part].environment["METRICS_PORT"] = str(ports[job])
    try:
        chain.start()
        yield chain, {job: f"127.0.0.1:{port}" for job, port in ports.items()}
    finally:
        chain.discard()


@pytest.fixture
def watched(
    metrics: tuple[Chain, dict[str, str]], tmp_path: Path
) -> Iterator[tuple[Chain, Prometheus]]:
    """The chain with a Prometheus that has found nothing wrong."""
    chain, targets = metrics
    prometheus = Prometheus(tmp_path / "prometheus", targets)
    try:
        prometheus.part.start()
        wait(lambda: len(prometheus.query("up == 1")) == len(JOBS), "all scraped")
        yield chain, prometheus
    finally:
        prometheus.part.kill()
