"""What Prometheus is told of this process: `GET /metrics` on a port of its own, inside only."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator

from hypercorn.asyncio import serve
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from quart import Quart, Response

from comun.known_hosts import KnownHosts
from intake.connections import BoundedConfig, Listener
from intake.door import IntakeDoor
from publishing.publisher import Publisher

MOST_SCRAPERS = 32  # connections


class IntakeCollector(Collector):
    """Reads the live state when it is asked, so that taking events pays nothing for it."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def collect(self) -> Iterator[Metric]:
        publisher = self._publisher
        taking = publisher.connected and publisher.trouble is None
        yield CounterMetricFamily(
            "pulso_intake_events", "Events accepted over HTTP and sent on", publisher.accepted
        )
        yield GaugeMetricFamily(
            "pulso_intake_unconfirmed_events",
            "Events that the broker has not confirmed yet",
            publisher.unconfirmed,
        )
        yield GaugeMetricFamily("pulso_broker_connected", "1 while the broker takes events", taking)


def create_metrics_app(publisher: Publisher) -> Quart:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(IntakeCollector(publisher))
    app = Quart(__name__, static_folder=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return app


async def serve_metrics(
    app: Quart, listener: socket.socket | None, hosts: KnownHosts, stop: asyncio.Event
) -> None:
    """Serve until *stop*; without a listener only wait for it."""
    if listener is None:
        await stop.wait()
        return
    bounded = Listener(fileno=listener.detach(), most=MOST_SCRAPERS)
    config = BoundedConfig(bounded)
    config.errorlog = logging.getLogger("entrada.metrics")
    config.errorlog.setLevel(logging.WARNING)
    config.graceful_timeout = 1
    door = IntakeDoor(app, bounded, hosts)
    await serve(door, config, shutdown_trigger=stop.wait)
