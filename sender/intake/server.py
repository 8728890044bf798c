"""
The service `entrada`: takes events by HTTP and publishes them, `python app.py servir`.

Exit codes: 0 after SIGINT or SIGTERM, 4 when some events were not confirmed by then (whoever sent
them was told so), 2 for a wrong setting, 1 when it gives up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from comun.logs import configure_logging
from comun.metrics.metrics_app import metrics_door
from comun.open_files import allow_open_files
from comun.web.connections import Bounds, Listener, listening
from comun.web.door import Door
from comun.web.known_hosts import KnownHosts
from comun.web.problem import raw_answer
from exit_codes import BAD_USAGE, UNCONFIRMED
from intake.access.admission import Admission
from intake.access.keys import KeyRing, read_keys
from intake.access.rate import RateLimit
from intake.delivery import Delivery
from intake.http import IntakeApp
from intake.http_server import serve_http
from intake.metrics import IntakeCollector
from intake.settings import IntakeSettings, read_intake_settings
from publishing.broker_link import Broker
from publishing.event_queue import Limits
from publishing.publisher import Publisher

LOG = logging.getLogger("entrada")
LOG_HTTP = logging.getLogger("entrada.http")
LOG_METRICS = logging.getLogger("entrada.metrics")
ENOUGH_FILES = 4096
OTHER_FILES = 160  # may be open beside connections: the broker's, bodies on the disk, libraries
TOO_MANY = raw_answer(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "too many connections at once; this attempt took nothing, try again",
    retry_after=2,
)
# A body that nobody reads yet lies in the kernel and in Uvicorn. Each connection has
# its price, whatever its request is answered.
BOUNDS = Bounds(
    connections=512,
    accepts=32,
    read_bytes=32 * 1024,
    kernel_bytes=64 * 1024,
    refusal=lambda: TOO_MANY,
)
REQUESTS_SECONDS = 6  # longer than a request waits for its confirm
METRICS_SECONDS = 1
DRAIN_SECONDS = 1.0
WAITING_BYTES = 32 * 1024 * 1024  # for the broker; then requests are answered 503
STOP_TIMEOUT = 8.0  # until what is left is cut


def serve(environ: Mapping[str, str]) -> int:
    """Run until a signal; return the exit code."""
    try:
        settings = read_intake_settings(environ)
        configure_logging(settings.log_format)
        ring = read_ring(settings)
        listener = listen(settings.entrada_host, settings.entrada_port, "ENTRADA_PORT")
        metrics = metrics_listener(settings)
    except ValueError as error:
        LOG.critical("%s", error)
        return BAD_USAGE
    if settings.open_to_all:
        LOG.warning(
            "ENTRADA_SIN_CLAVES=permitido: ANYONE who reaches %s:%d can send events in anyone's"
            " name. Make API keys before others can: docs/intake.md",
            *(settings.entrada_host, settings.entrada_port),
        )
    return outcome(asyncio.run(run(settings, ring, listener, metrics)))


def outcome(unconfirmed: int) -> int:
    """The exit code, said in a line."""
    if unconfirmed:
        LOG.error("stopped; events never confirmed, and answered as such: %d", unconfirmed)
        return UNCONFIRMED
    LOG.info("stopped; every event is confirmed")
    return 0


async def run(
    settings: IntakeSettings,
    ring: KeyRing | None,
    listener: socket.socket,
    metrics: socket.socket | None,
) -> int:
    """Serve until a signal. Returns how many events were left unconfirmed."""
    publisher = Publisher(broker_of(settings), Limits(bytes=WAITING_BYTES))
    rate = RateLimit(settings.entrada_max_per_second, time.monotonic)
    admission = Admission(ring, rate, settings.entrada_trusted_hops)
    most = most_connections(allow_open_files(ENOUGH_FILES))
    bounded = Listener(listener.detach(), replace(BOUNDS, connections=most), LOG_HTTP)
    app = Door(IntakeApp(admission, Delivery(publisher)), bounded, KnownHosts(settings.hosts))
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop_in_time, stop, publisher)
    async with asyncio.TaskGroup() as parts:
        delivery = parts.create_task(publisher.run(), name="delivery")
        if metrics:
            told = IntakeCollector(publisher)
            door, inside = metrics_door(told, metrics, settings.hosts, LOG_METRICS)
            parts.create_task(serve_http(door, inside, stop, METRICS_SECONDS), name="metrics")
        await serve_http(app, bounded, stop, REQUESTS_SECONDS)
        await publisher.drain(DRAIN_SECONDS)
        delivery.cancel()
    return publisher.unconfirmed


def most_connections(files: int) -> int:
    """How many connections there may be where *files* files may be open."""
    return max(16, min(BOUNDS.connections, files - OTHER_FILES))


def stop_in_time(stop: asyncio.Event, publisher: Publisher) -> None:
    """
    End by *stop*, or else by force with the same exit code.

    A thread that looks up the broker's address can't be stopped, and the end of a process waits
    for it. Whoever sent something was answered by then.
    """

    def give_up() -> None:
        LOG.warning("not at an end after %.0f s: leaving", STOP_TIMEOUT)
        os._exit(outcome(publisher.unconfirmed))

    if not stop.is_set():
        stop.set()
        asyncio.get_running_loop().call_later(STOP_TIMEOUT, give_up)


def read_ring(settings: IntakeSettings) -> KeyRing | None:
    """Raises ValueError with one sentence."""
    if not settings.entrada_claves:
        return None
    try:
        return read_keys(Path(settings.entrada_claves))
    except OSError as error:
        raise ValueError(
            f"ENTRADA_CLAVES={settings.entrada_claves[:64]!r}: {error.strerror}."
        ) from None
    except ValueError as error:
        raise ValueError(f"ENTRADA_CLAVES: {error}") from None


def metrics_listener(settings: IntakeSettings) -> socket.socket | None:
    """None when no metrics are asked for. Raises ValueError with one sentence."""
    if not settings.metrics_port:
        return None
    return listen(settings.metrics_host, settings.metrics_port, "METRICS_PORT")


def listen(host: str, port: int, variable: str) -> socket.socket:
    """Raises ValueError with one sentence that names the variable of the port."""
    try:
        return listening(host, port)
    except OSError as error:
        raise ValueError(
            f"can't listen on {host[:64]}:{port}: {error.strerror}. Set {variable}."
        ) from None


def broker_of(settings: IntakeSettings) -> Broker:
    return Broker(
        host=settings.rabbitmq_host,
        port=settings.rabbitmq_port,
        user=settings.rabbitmq_user,
        password=settings.rabbitmq_password,
        vhost=settings.rabbitmq_vhost,
        connection_name="entrada",
        authorities=settings.rabbitmq_tls_ca,
    )
