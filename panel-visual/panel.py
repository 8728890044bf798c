"""
Shows the report: polls the analytics, serves the page, pushes what changes.

Reads the variables of panel_settings.py. The page is on PANEL_PORT, the WebSocket on PUSH_PORT.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from hypercorn.asyncio import serve
from quart import Quart

from comun.logs import configure_logging
from comun.open_files import allow_open_files
from comun.web import prompt_close
from comun.web.connections import BoundedConfig, Bounds, Listener
from comun.web.door import Door
from comun.web.guarded_listener import GuardedListener
from comun.web.known_hosts import KnownHosts
from comun.web.metrics_server import serve_metrics
from page.panel_http import create_app
from page.panel_metrics import PanelCollector
from page.start_page import Account
from panel_settings import BadSettingError, Settings, read_settings
from push.heartbeat import Heartbeat
from push.hub import Hub
from push.limits import Limits
from push.listening_socket import buffer_little, listen
from push.origin_rule import OriginRule
from push.pusher import Pusher
from reading.poller import Poller
from reading.relay import Relay

LOG = logging.getLogger("panel")
LOG_HTTP = logging.getLogger("panel.http")
STATIC = Path(__file__).resolve().parent.parent / "static"
STOP_WITHIN = 5.0  # seconds
ENOUGH_FILES = 65_536  # as many viewers, and page requests beside them, as there may be
MOST_PAGES = 1_000  # connections
OTHER_FILES = 100  # may be open beside the sockets of viewers and page requests


async def run(
    settings: Settings, page: socket.socket, push: socket.socket, metrics: socket.socket | None
) -> None:
    """Run until SIGINT or SIGTERM. A part that dies ends all, with its error."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    rule = OriginRule(settings.web_port, settings.origins(), settings.hosts())
    hub = Hub(rule, limits_of(settings))
    heartbeat, pusher = Heartbeat(hub), Pusher(hub)
    poller = Poller(settings.reporte_url, pusher, heartbeat)
    relay = Relay(settings.reporte_url)
    account = Account(settings.rabbitmq_user, settings.rabbitmq_port)
    state = state_of(pusher, heartbeat)
    app = create_app(STATIC, hub, state, relay, settings.framers(), account)

    async with asyncio.TaskGroup() as group:
        group.create_task(serve_page(app, settings, page, stop))
        told, to = PanelCollector(hub, heartbeat, pusher), logging.getLogger("panel.metrics")
        group.create_task(serve_metrics(told, metrics, settings.hosts(), stop, to))
        parts = [
            group.create_task(part)
            for part in (
                hub.serve(GuardedListener(push.detach(), LOG_HTTP)),
                poller.run(),
                heartbeat.run(),
                relay.run(),
            )
        ]
        at = f"http://{settings.panel_host}"
        LOG.info("listo: page %s:%d, push port %d", at, settings.panel_port, settings.push_port)
        spare_the_collector()
        try:
            await stop.wait()
        finally:
            give_up_later(0 if stop.is_set() else 1)
        for part in parts:
            part.cancel()


async def serve_page(
    app: Quart, settings: Settings, page: socket.socket, stop: asyncio.Event
) -> None:
    most = most_pages(allow_open_files(ENOUGH_FILES))
    pages = Listener(page.detach(), Bounds(connections=most, accepts=4, reads=4), LOG_HTTP)
    door = Door(app, pages, KnownHosts(settings.hosts()))
    await serve(door, page_config(pages), shutdown_trigger=stop.wait)


def limits_of(settings: Settings) -> Limits:
    usual = Limits()
    files = allow_open_files(ENOUGH_FILES)
    sockets = max(files - most_pages(files) - OTHER_FILES, 0)
    strangers = min(usual.strangers, sockets // 10)
    viewers = min(usual.viewers, sockets - strangers)
    if viewers < usual.viewers:
        LOG.warning("%d viewers at most: only %d files may be open (ulimit -n)", viewers, files)
    return Limits(
        viewers=viewers,
        strangers=strangers,
        per_address=settings.push_max_per_address,
        trusted_hops=settings.push_trusted_hops,
    )


def most_pages(files: int) -> int:
    """How many connections of page requests there may be where *files* files may be open."""
    return max(16, min(MOST_PAGES, files // 4))


def state_of(pusher: Pusher, heartbeat: Heartbeat) -> Callable[[], bytes]:
    """What a viewer without a WebSocket polls: the same two messages."""

    def state() -> bytes:
        snapshot = pusher.snapshot or b"null"
        return b'{"instantanea":%b,"latido":%b}' % (snapshot, heartbeat.payload())

    return state


def page_config(listener: Listener) -> BoundedConfig:
    config = BoundedConfig(listener, LOG_HTTP)
    # Traefik keeps an idle connection for 90 s; it must hang up first.
    config.keep_alive_timeout = 95
    config.graceful_timeout = 1
    config.h11_max_incomplete_size = 16_384
    config.websocket_max_message_size = 1024  # there is no WebSocket on this port
    return config


def spare_the_collector() -> None:
    """Keep it from looking through thousands of live viewers again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def give_up_later(status: int) -> None:
    """End the process even if Hypercorn waits for a client that never reads its answer."""

    def give_up() -> None:
        LOG.warning("still not stopped after %.0f s: cutting what is left", STOP_WITHIN)
        os._exit(status)

    asyncio.get_running_loop().call_later(STOP_WITHIN, give_up)


def listen_or_say(host: str, port: int, variable: str, at: str = "PANEL_HOST") -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BadSettingError(f"{variable}={port} on {at}={host[:64]!r}: {reason}") from error


def main() -> int:
    configure_logging("consola")
    prompt_close.install()
    for chatty in ("httpx", "httpcore"):  # a line for every poll
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
        page = listen_or_say(settings.panel_host, settings.panel_port, "PANEL_PORT")
        push = listen_or_say(settings.panel_host, settings.push_port, "PUSH_PORT")
        metrics = None
        if settings.metrics_port:
            at = settings.metrics_host, settings.metrics_port
            metrics = listen_or_say(*at, "METRICS_PORT", "METRICS_HOST")
    except BadSettingError as error:
        print(f"panel: {error}", file=sys.stderr)  # noqa: T201
        return 2
    buffer_little(push)
    asyncio.run(run(settings, page, push, metrics))
    return 0


if __name__ == "__main__":
    sys.exit(main())
