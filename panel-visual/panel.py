"""
Shows the report: polls the analytics, serves the page, pushes what changes.

Reads the variables of panel_settings.py. The page is on PANEL_PORT, the WebSocket on PUSH_PORT,
and what other panels read on PANEL_REPORTE_PORT.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from quart import Quart

from comun.logs import configure_logging
from comun.metrics.metrics_server import serve_metrics
from comun.open_files import allow_open_files
from comun.settings import BadSettingError
from comun.web import prompt_close
from comun.web.guarded_listener import GuardedListener
from feeding.feed_http import create_feed
from page.contracts.contract_documents import read_documents
from page.contracts.contract_routes import add_contracts
from page.page_server import most_pages, serve_page
from page.panel_http import create_app, state_of
from page.panel_metrics import PanelCollector
from page.start_page import Account
from panel_settings import Settings, read_settings
from panel_sockets import Sockets, open_sockets
from push.access.limits import Limits, limits_within
from push.access.origin_rule import OriginRule
from push.collector import spare_the_collector
from push.heartbeat import Heartbeat
from push.hub import Hub
from push.pace import Pace
from push.pusher import Pusher
from reading.kept_report import KeptReport
from reading.poller import Poller
from reading.relay import Relay

LOG = logging.getLogger("panel")
ROOT = Path(__file__).resolve().parent.parent
STATIC, CONTRACTS = ROOT / "static", ROOT / "contracts"
STOP_WITHIN = 5.0  # seconds
ENOUGH_FILES = 65_536  # as many viewers, and page requests beside them, as there may be
MOST_PANELS = 256  # connections of other panels
OTHER_FILES = 100  # may be open beside the sockets of viewers and page requests


async def run(settings: Settings, sockets: Sockets) -> None:
    """Run until SIGINT or SIGTERM. A part that dies ends all, with its error."""
    stop = set_by_signals()
    rule = OriginRule(settings.web_port, settings.origins(), settings.hosts)
    hub, pace = Hub(rule, limits_of(settings)), Pace()
    heartbeat, pusher = Heartbeat(hub, analytics=len(settings.reporte_urls)), Pusher(hub, pace)
    kept = KeptReport()
    poller = Poller(settings.reporte_urls, pace, pusher, heartbeat, kept)
    relay, alerts = Relay(settings.reporte_urls), alerts_of(settings)
    account = Account(settings.rabbitmq_user, settings.rabbitmq_port)
    state = state_of(pusher, heartbeat)
    app = create_app(STATIC, hub, state, relay, settings.framers(), account, alerts)
    add_contracts(app, read_documents(CONTRACTS))

    async with asyncio.TaskGroup() as group:
        most = most_pages(allow_open_files(ENOUGH_FILES))
        group.create_task(serve_page(app, sockets.page, most, settings.hosts, stop))
        feed = create_feed(kept, heartbeat, relay)
        group.create_task(serve_panels(feed, sockets.feed, settings.hosts, stop))
        told, to = PanelCollector(hub, heartbeat, pusher), logging.getLogger("panel.metrics")
        group.create_task(serve_metrics(told, sockets.metrics, settings.hosts, stop, to))
        parts = [
            group.create_task(part)
            for part in (
                hub.serve(GuardedListener(sockets.push.detach(), logging.getLogger("panel.http"))),
                poller.run(),
                heartbeat.run(),
                relay.run(),
                *([alerts.run()] if alerts else []),
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


def set_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve_panels(
    feed: Quart, listener: socket.socket | None, hosts: list[str], stop: asyncio.Event
) -> None:
    """Serve what other panels read until *stop*; without a listener only wait for it."""
    if listener is None:
        await stop.wait()
    else:
        await serve_page(feed, listener, MOST_PANELS, hosts, stop)


def alerts_of(settings: Settings) -> Relay | None:
    silent = "the alert service does not answer"
    return Relay([settings.avisos_url], no_answer=silent) if settings.avisos_url else None


def limits_of(settings: Settings) -> Limits:
    files = allow_open_files(ENOUGH_FILES)
    usual = Limits(
        per_address=settings.push_max_per_address, trusted_hops=settings.push_trusted_hops
    )
    return limits_within(files, most_pages(files) + OTHER_FILES, usual)


def give_up_later(status: int) -> None:
    """End the process even if Hypercorn waits for a client that never reads its answer."""

    def give_up() -> None:
        LOG.warning("still not stopped after %.0f s: cutting what is left", STOP_WITHIN)
        os._exit(status)

    asyncio.get_running_loop().call_later(STOP_WITHIN, give_up)


def main() -> int:
    configure_logging("consola")
    prompt_close.install()
    for chatty in ("httpx", "httpcore"):  # a line for every poll
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
        sockets = open_sockets(settings)
    except BadSettingError as error:
        print(f"panel: {error}", file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(run(settings, sockets))
    return 0


if __name__ == "__main__":
    sys.exit(main())
