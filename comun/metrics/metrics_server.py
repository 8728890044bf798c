"""The metrics of a service that is served by Hypercorn."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable

from hypercorn.asyncio import serve
from prometheus_client.registry import Collector

from comun.metrics.metrics_app import metrics_door
from comun.web.bounded_config import BoundedConfig


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
    door, bounded = metrics_door(collector, listener, hosts, log)
    config = BoundedConfig(bounded, log)
    config.graceful_timeout = 1
    await serve(door, config, shutdown_trigger=stop.wait)
