"""What Prometheus is told of a process: `GET /metrics` on a port of its own, inside only."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable
from http import HTTPStatus

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from comun.web.connections import Bounds, Listener
from comun.web.door import Door, Receive, Scope, Send
from comun.web.known_hosts import KnownHosts
from comun.web.problem import answer

SCRAPERS = Bounds(connections=32, accepts=2, reads=2)


class MetricsApp:
    """An ASGI application. It reads the live state when asked, so the work pays nothing for it."""

    def __init__(self, collector: Collector) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(collector)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["path"] != "/metrics" or scope.get("method") not in ("GET", "HEAD"):
            await answer(scope, send, HTTPStatus.NOT_FOUND, "here is GET /metrics only")
            return
        body = generate_latest(self._registry)
        told = {"content-type": CONTENT_TYPE_LATEST, "content-length": str(len(body))}
        headers = [(name.encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def metrics_door(
    collector: Collector, listener: socket.socket, hosts: Iterable[str], log: logging.Logger
) -> tuple[Door, Listener]:
    """What a server serves, and on what."""
    bounded = Listener(listener.detach(), SCRAPERS, log)
    return Door(MetricsApp(collector), bounded, KnownHosts(hosts)), bounded
