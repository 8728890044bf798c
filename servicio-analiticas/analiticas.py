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
import sqlite3
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from hypercorn.asyncio import serve
from quart import Quart

import fault_points
import gc_pace
import gone_readers
import lenient_amqp
from amqp_errors import ConsumerGivesUpError
from analytics_logs import configure_logging
from analytics_metrics import create_metrics_app, serve_metrics
from analytics_settings import Settings, read_settings
from batch_counter import BatchCounter
from broker_sessions import Sessions
from broker_writer import BrokerWriter
from client_http import add_client
from consumer import Consumer
from dead_letter_watch import DeadLetterWatch
from front_door import FrontDoor
from history_http import add_history
from known_hosts import KnownHosts
from live import Live
from open_files import allow_open_files
from report_connections import BoundedConfig, listen, most_connections
from report_http import create_app
from set_aside_reader import SetAsideReader
from store import CommitFailedError, Store, open_store
from store_lock import StoreInUseError
from totals import IdWindow
from turnstile import Turnstile

LOG = logging.getLogger("analiticas")
ENOUGH_FILES = 4096
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
    stoppable = consumer, reader, writer
    _on_signals(stop, stoppable, live)
    metrics = create_metrics_app(live, counter.rejected_fields)
    at = settings.metrics_host, settings.metrics_port
    parts = {
        "consumer": consumer.run(),
        "apartados": reader.run(),
        "escritura": writer.run(),
        "dead letters": DeadLetterWatch(settings, live.vitals).run(stop),
        "folding": counter.tend(stop),
        "http": _serve(settings, live, counter, stop),
        "metrics": serve_metrics(metrics, *at, settings.hosts, stop),
    }
    try:
        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(part, name=name).add_done_callback(if_it_fails(stoppable))
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
    most = most_connections(allow_open_files(ENOUGH_FILES))
    at = settings.reporte_host, settings.reporte_port
    try:
        listener = listen(*at, most)
    except OSError as error:
        raise OSError(f"can't listen on {at[0]}:{at[1]}: {error}. Set REPORTE_PORT.") from None
    turnstile = Turnstile()
    app = _create_app(live, counter, turnstile, most)
    door = FrontDoor(app, listener, KnownHosts(settings.hosts), turnstile)
    config = BoundedConfig(listener)
    config.errorlog = logging.getLogger("analiticas.http")
    config.errorlog.setLevel(logging.WARNING)  # "Running on" is not the moment we are ready
    # Longer than any client keeps an idle connection, or its next request meets a closed one.
    config.keep_alive_timeout = 120
    config.graceful_timeout = 2
    await serve(door, config, shutdown_trigger=stop.wait)


class Stoppable(Protocol):
    def stop(self) -> None: ...


def if_it_fails(parts: Iterable[Stoppable]) -> Callable[[asyncio.Task[None]], None]:
    """
    Tell *parts* to stop when a task fails, beside cancelling them, as its group does.

    On Python 3.11 one that gets its connection in that moment forgets that it is cancelled
    (python/cpython#86296), and the group would wait for it for ever.
    """

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception():
            for part in parts:
                part.stop()

    return ended


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
    gone_readers.install()
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
