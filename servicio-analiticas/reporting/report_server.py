"""The HTTP server of the report: what it listens on, how much it lets in, what it answers."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial

from hypercorn.asyncio import serve
from prometheus_client.registry import Collector
from quart import Quart

from analytics_settings import Settings
from asking.history_questions import HistoryQuestions
from asking.short_questions import ShortQuestions
from comun.metrics.metrics_server import serve_metrics
from comun.open_files import allow_open_files
from comun.web.bounded_config import BoundedConfig
from comun.web.connections import Bounds, Listener, listening
from comun.web.door import Door
from comun.web.known_hosts import KnownHosts
from consuming.following import Following
from live.live import Live
from reporting.client_http import add_client
from reporting.clients_http import answer_page
from reporting.front_door import FrontDoor
from reporting.history_http import add_history
from reporting.newer_elsewhere import NewerElsewhere
from reporting.report_http import create_app
from reporting.turnstile import Turnstile
from reporting.usual_http import add_usual
from storing.store import Store
from storing.store_thread import StoreThread

LOG = logging.getLogger("analiticas.http")
LOG_METRICS = logging.getLogger("analiticas.metrics")
ENOUGH_FILES = 4096
MOST_CONNECTIONS = 400
OTHER_FILES = 160  # may be open beside them: the store's, the broker's, libraries


def create_reports(
    live: Live,
    store: Store,
    thread: StoreThread,
    history: HistoryQuestions,
    following: Following | None,
    turnstile: Turnstile,
    most: int,
) -> Quart:
    """*most* is how many connections there may be: half of them for those who wait."""
    short, longer = ShortQuestions(thread), ShortQuestions(thread, rests=True)
    rejections = partial(short.ask, store.read_rejections)
    newer = NewerElsewhere(live, following.catch_up) if following else None
    app = create_app(live, rejections, turnstile, most // 2, newer)
    read_clients = partial(longer.ask, store.read_clients)
    add_client(app, partial(short.ask, store.read_client), partial(answer_page, read_clients, live))
    add_history(app, history.ask)
    add_usual(app, history.ask)
    return app


async def serve_reports(
    settings: Settings, create: Callable[[Turnstile, int], Quart], stop: asyncio.Event
) -> None:
    most = _most_connections(allow_open_files(ENOUGH_FILES))
    plain = _listening(settings.reporte_host, settings.reporte_port, "REPORTE_PORT")
    listener = Listener(plain.detach(), Bounds(connections=most, accepts=2, reads=2), LOG)
    turnstile = Turnstile()
    app = FrontDoor(create(turnstile, most), listener, turnstile)
    door = Door(app, listener, KnownHosts(settings.hosts))
    config = BoundedConfig(listener, LOG)
    config.graceful_timeout = 2
    await serve(door, config, shutdown_trigger=stop.wait)


def _most_connections(files: int) -> int:
    """How many connections there may be where *files* files may be open."""
    return max(16, min(MOST_CONNECTIONS, files - OTHER_FILES))


async def serve_collector(settings: Settings, collector: Collector, stop: asyncio.Event) -> None:
    """Raises OSError."""
    listener = _metrics_listener(settings)
    await serve_metrics(collector, listener, settings.hosts, stop, LOG_METRICS)


def _metrics_listener(settings: Settings) -> socket.socket | None:
    """None when no metrics are asked for."""
    if not settings.metrics_port:
        return None
    return _listening(settings.metrics_host, settings.metrics_port, "METRICS_PORT")


def _listening(host: str, port: int, variable: str) -> socket.socket:
    """Raises OSError with a sentence that names the variable of the port."""
    try:
        return listening(host, port)
    except OSError as error:
        raise OSError(f"can't listen on {host}:{port}: {error}. Set {variable}.") from None
