"""
servicio-analiticas: counts the events of `cola_analiticas` and serves the counts at `/reporte`.

Reads the environment (analytics_settings.py), RabbitMQ and one SQLite file. Exit codes: 0 after
SIGINT or SIGTERM, 2 for a wrong setting, 1 when it gives up; the last line says why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from hypercorn.asyncio import serve
from quart import Quart

import fault_points
from analytics_settings import Settings, read_settings
from broker import lenient_amqp
from broker.amqp_errors import ConsumerGivesUpError
from comun.logs import configure_logging
from comun.open_files import allow_open_files
from comun.web import prompt_close
from comun.web.connections import BoundedConfig, Bounds, Listener, listening
from comun.web.door import Door
from comun.web.known_hosts import KnownHosts
from comun.web.metrics_server import serve_metrics
from consuming import gc_pace
from consuming.batch_counter import BatchCounter
from consuming.broker_sessions import Sessions
from consuming.broker_writer import BrokerWriter
from consuming.consumer import Consumer
from consuming.dead_letter_watch import DeadLetterWatch
from consuming.set_aside_reader import SetAsideReader
from counting.totals import IdWindow
from live.live import Live
from reporting.analytics_metrics import LiveCollector
from reporting.client_http import add_client
from reporting.front_door import FrontDoor
from reporting.history_http import add_history
from reporting.report_http import create_app
from reporting.turnstile import Turnstile
from storing.lock import StoreInUseError
from storing.store import CommitFailedError, Store, open_store

LOG = logging.getLogger("analiticas")
ENOUGH_FILES = 4096
MOST_CONNECTIONS = 400
OTHER_FILES = 160  # may be open beside them: the store's, the broker's, libraries
STOP_TIMEOUT = 8.0  # seconds until a stop is forced


async def run(settings: Settings, store: Store) -> None:
    """Consume and serve until a signal; any part that fails ends the other with its error."""
    live = Live(store.load())
    live.future_events = store.read_future_events()
    live.set_aside, (_, live.vitals.copies) = store.aside.counts(), store.aside.copies(0)
    gc_pace.relax()
    counter = BatchCounter(store, live)
    reading = Sessions(settings, "apartados", live.vitals)
    writing = Sessions(settings, "escritura", live.vitals, max_delay=1.0)  # its news is awaited

    def declared() -> None:
        reading.begin()
        writing.begin()

    consumer = Consumer(settings, counter, live, declared)
    reader = SetAsideReader(reading, store.aside, counter, live)
    writer = BrokerWriter(writing, store.aside, counter, live)
    stop = asyncio.Event()
    _on_signals(stop, (consumer, reader, writer), live)
    try:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(consumer.run(), name="consumer")
            parts.create_task(reader.run(), name="apartados")
            parts.create_task(writer.run(), name="escritura")
            watch = DeadLetterWatch(settings, live.vitals)
            parts.create_task(watch.run(stop), name="dead letters")
            parts.create_task(counter.tend(stop), name="folding")
            parts.create_task(_serve(settings, live, counter, stop), name="http")
            told = LiveCollector(live, counter.rejected_fields)
            to = logging.getLogger("analiticas.metrics")
            metrics = _metrics_listener(settings)
            parts.create_task(
                serve_metrics(told, metrics, settings.hosts, stop, to), name="metrics"
            )
    finally:
        counter.close()


def _create_app(live: Live, counter: BatchCounter, turnstile: Turnstile, most: int) -> Quart:
    """*most* is how many connections there may be: half of them for those who wait."""
    app = create_app(live, counter.rejections, turnstile, most // 2)
    add_client(app, counter.client)
    add_history(app, counter.history)
    return app


async def _serve(
    settings: Settings, live: Live, counter: BatchCounter, stop: asyncio.Event
) -> None:
    most = _most_connections(allow_open_files(ENOUGH_FILES))
    plain = _listening(settings.reporte_host, settings.reporte_port, "REPORTE_PORT")
    log = logging.getLogger("analiticas.http")
    listener = Listener(plain.detach(), Bounds(connections=most, accepts=2, reads=2), log)
    turnstile = Turnstile()
    app = FrontDoor(_create_app(live, counter, turnstile, most), listener, turnstile)
    door = Door(app, listener, KnownHosts(settings.hosts))
    config = BoundedConfig(listener, log)
    config.graceful_timeout = 2
    await serve(door, config, shutdown_trigger=stop.wait)


def _most_connections(files: int) -> int:
    """How many connections there may be where *files* files may be open."""
    return max(16, min(MOST_CONNECTIONS, files - OTHER_FILES))


def _metrics_listener(settings: Settings) -> socket.socket | None:
    """None when no metrics are asked for. Raises OSError."""
    if not settings.metrics_port:
        return None
    return _listening(settings.metrics_host, settings.metrics_port, "METRICS_PORT")


def _listening(host: str, port: int, variable: str) -> socket.socket:
    """Raises OSError with a sentence that names the variable of the port."""
    try:
        return listening(host, port)
    except OSError as error:
        raise OSError(f"can't listen on {host}:{port}: {error}. Set {variable}.") from None


class Stoppable(Protocol):
    def stop(self) -> None: ...


def _on_signals(stop: asyncio.Event, parts: Iterable[Stoppable], live: Live) -> None:
    loop = asyncio.get_running_loop()

    def stop_all() -> None:
        loop.call_later(STOP_TIMEOUT, os._exit, 1)
        stop.set()
        for part in parts:
            part.stop()
        live.close()

    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop_all)


def main() -> int:
    configure_logging("consola")
    for noisy in ("aiormq", "aio_pika"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # we say the same, once
    lenient_amqp.install()
    prompt_close.install()
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
        fault_points.arm(os.environ.get("FAULT_POINT", ""))
    except ValueError as error:
        LOG.critical("%s", error)
        return 2
    try:
        window = IdWindow(settings.id_window_seconds, settings.id_window_rows)
        store = open_store(Path(settings.store_path), window, settings.history_kept)
    except (OSError, sqlite3.Error, StoreInUseError) as error:
        LOG.critical("can't use the store %s: %s", settings.store_path, error)
        return 1
    try:
        asyncio.run(run(settings, store))
    except BaseExceptionGroup as group:
        expected, unexpected = group.split((OSError, CommitFailedError, ConsumerGivesUpError))
        if expected is None or unexpected is not None:
            raise
        LOG.critical("gives up: %s", expected.exceptions[0])
        return 1
    LOG.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
