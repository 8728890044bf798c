"""What Prometheus is told of this process: `GET /metrics` on a port of its own, inside only."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Iterator

from hypercorn.asyncio import serve
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from quart import Quart, Response

from comun.known_hosts import KnownHosts
from page.page_connections import PageConfig, PageListener
from page.page_door import PageDoor
from push.heartbeat import Heartbeat
from push.hub import Hub
from push.pusher import Pusher

MOST_SCRAPERS = 32  # connections
# Why a viewer is cut: push/viewer.py, push/hub.py. The last: asked to leave, it did not answer.
REASONS = ("too slow", "no pong", "no handshake", "flood", "early data", "crowd", "no close")


class PanelCollector(Collector):
    """Reads the live state when it is asked, so that pushing pays nothing for it."""

    def __init__(self, hub: Hub, heartbeat: Heartbeat, pusher: Pusher) -> None:
        self._hub, self._heartbeat, self._pusher = hub, heartbeat, pusher

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("pulso_viewers", "Open sockets of viewers", len(self._hub))
        cuts = CounterMetricFamily(
            "pulso_viewers_cut", "Viewers cut, by the reason", labels=["reason"]
        )
        for reason in REASONS:
            cuts.add_metric([reason], self._hub.cuts[reason])
        yield cuts
        yield CounterMetricFamily(
            "pulso_pushes", "Changes pushed to all viewers", self._pusher.pushes
        )
        yield GaugeMetricFamily(
            "pulso_analytics_reachable", "1 while the analytics answer", self._heartbeat.online
        )
        if (age := self._heartbeat.age()) is not None:
            yield GaugeMetricFamily(
                "pulso_report_age_seconds", "Since the analytics last answered", age
            )


def create_metrics_app(hub: Hub, heartbeat: Heartbeat, pusher: Pusher) -> Quart:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(PanelCollector(hub, heartbeat, pusher))
    app = Quart(__name__, static_folder=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return app


async def serve_metrics(
    app: Quart, listener: socket.socket | None, hosts: Iterable[str], stop: asyncio.Event
) -> None:
    """Serve until *stop*; without a listener only wait for it."""
    if listener is None:
        await stop.wait()
        return
    bounded = PageListener(listener.detach(), MOST_SCRAPERS)
    config = PageConfig(bounded)
    config.errorlog = logging.getLogger("panel.metrics")
    config.errorlog.setLevel(logging.WARNING)
    config.graceful_timeout = 1
    door = PageDoor(app, bounded, KnownHosts(hosts))
    await serve(door, config, shutdown_trigger=stop.wait)
