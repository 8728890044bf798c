"""The HTTP server of the alerts."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable

from hypercorn.asyncio import serve
from quart import Quart

from comun.web.bounded_config import BoundedConfig
from comun.web.connections import Bounds, Listener
from comun.web.door import Door
from comun.web.known_hosts import KnownHosts

LOG = logging.getLogger("avisos.http")
BOUNDS = Bounds(connections=64, accepts=4, reads=4)


async def serve_alerts(
    app: Quart, listener: socket.socket, hosts: Iterable[str], stop: asyncio.Event
) -> None:
    """Serve until *stop*."""
    bounded = Listener(listener.detach(), BOUNDS, LOG)
    config = BoundedConfig(bounded, LOG)
    config.graceful_timeout = 1
    await serve(Door(app, bounded, KnownHosts(hosts)), config, shutdown_trigger=stop.wait)
