"""The page on its port."""

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

LOG = logging.getLogger("panel.http")
MOST_PAGES = 1_000  # connections


def most_pages(files: int) -> int:
    """How many connections of page requests there may be where *files* files may be open."""
    return max(16, min(MOST_PAGES, files // 4))


async def serve_page(
    app: Quart, listener: socket.socket, most: int, hosts: Iterable[str], stop: asyncio.Event
) -> None:
    """Serve until *stop*, at most so many connections at a time."""
    pages = Listener(listener.detach(), Bounds(connections=most, accepts=4, reads=4), LOG)
    door = Door(app, pages, KnownHosts(hosts))
    await serve(door, _config(pages), shutdown_trigger=stop.wait)


def _config(listener: Listener) -> BoundedConfig:
    config = BoundedConfig(listener, LOG)
    # Traefik keeps an idle connection for 90 s; it must hang up first.
    config.keep_alive_timeout = 95
    config.graceful_timeout = 1
    config.h11_max_incomplete_size = 16_384
    config.websocket_max_message_size = 1024  # there is no WebSocket on this port
    return config
