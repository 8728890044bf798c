"""What Prometheus is told of a process: `GET /metrics` on a port of its own, inside only."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable

from hypercorn.asyncio import serve
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from quart import Quart, Response

from comun.web.connections import BoundedConfig, Bounds, Listener
from comun.web.door import Door
from comun.web.known_hosts import KnownHosts

SCRAPERS = Bounds(connections=32, accepts=2, reads=2)


async def serve_metrics(
    collector: Collector,
    listener: socket.socket | None,
    hosts: Iterable[str],
    stop: asyncio.Event,
    log: logging.Logger,
) -> None:
    """Serve until *stop*; without a listener only wait for it."""
    if listener is None:
        await stop.wait()
        return
    bounded = Listener(listener.detach(), SCRAPERS, log)
    config = BoundedConfig(bounded, log)
    config.graceful_timeout = 1
    door = Door(create_metrics_app(collector), bounded, KnownHosts(hosts))
    await serve(door, config, shutdown_trigger=stop.wait)


def create_metrics_app(collector: Collector) -> Quart:
    """*collector* reads the live state when it is asked, so that the work itself pays nothing."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(collector)
    app = Quart(__name__, static_folder=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return app
