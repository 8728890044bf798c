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
from functools import partial
from pathlib import Path
from typing import Protocol

from hypercorn.asyncio import serve
from quart import Quart

import interpreter_pace
from analytics_logs import configure_logging
from analytics_settings import Settings, read_settings
from asking.history_questions import HistoryQuestions
from asking.short_questions import ShortQuestions
from broker import lenient_amqp
from broker.amqp_errors import ConsumerGivesUpError
from consuming.broker_sessions import Sessions
from consuming.broker_writer import BrokerWriter
from consuming.consumer import Consumer
from consuming.dead_letter_watch import DeadLetterWatch
from consuming.set_aside_reader import SetAsideReader
from consuming.store_writer import StoreWriter
from consuming.tending import tend
from counting.totals import IdWindow
from database.lock import StoreInUseError
from database.transactions import CommitFailedError
from history.levels import Retention
from live.live import Live
from reporting import gone_readers
from reporting.analytics_metrics import create_metrics_app, serve_metrics
from reporting.client_http import add_client
from reporting.front_door import FrontDoor
from reporting.history_http import add_history
from reporting.known_hosts import KnownHosts
from reporting.open_files import allow_open_files
from reporting.report_connections import BoundedConfig, listen, most_connections
from reporting.report_http import create_app
from reporting.turnstile import Turnstile
from storing.store import Store, open_store
from storing.store_thread import StoreThread

LOG = logging.getLogger("analiticas")
ENOUGH_FILES = 4096
STOP_TIMEOUT = 8.0  # seconds until a stop is forced


async def run(settings: Settings, store: Store) -> None:
    """Consume and serve until a signal; any part that fails ends the other with its error."""
    live = Live(store.load())
    live.future_events = store.read_future_events()
    live.set_aside, (_, live.vitals.copies) = store.aside.counts(), store.aside.copies(0)
    interpreter_pace.relax()
    thread = StoreThread()
    store_writer = StoreWriter(thread, live.vitals)
    history = HistoryQuestions(store.history, thread)
    consumer = Consumer(settings, store, store_writer, live)
    reading = Sessions(settings, "apartados", live.vitals)
    writing = Sessions(settings, "escritura", live.vitals, max_delay=1.0)  # its news is awaited
    reader = SetAsideReader(reading, store.aside, store_writer, live)
    writer = BrokerWriter(writing, store.aside, thread, store_writer, live)
    stop = asyncio.Event()
    _on_signals(stop, (consumer, reader, writer), live)
    try:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(consumer.run(), name="consumer")
            parts.create_task(reader.run(), name="apartados")
            parts.create_task(writer.run(), name="escritura")
            watch = DeadLetterWatch(settings, live.vitals)
            parts.create_task(watch.run(stop), name="dead letters")
            parts.create_task(tend(store, thread, live, stop), name="folding")
            app = partial(_create_app, live, store, thread, history)
            parts.create_task(_serve(settings, app, stop), name="http")
            metrics = create_metrics_app(live, live.rejected_fields)
            at = settings.metrics_host, settings.metrics_port
            parts.create_task(serve_metrics(metrics, *at, settings.hosts, stop), name="metrics")
    finally:
        history.close()
        thread.close()
        store.close()


def _create_app(
    live: Live,
    store: Store,
    thread: StoreThread,
    history: HistoryQuestions,
    turnstile: Turnstile,
    most: int,
) -> Quart:
    """*most* is how many connections there may be: half of them for those who wait."""
    short = ShortQuestions(thread)
    app = create_app(live, partial(short.ask, store.read_rejections), turnstile, most // 2)
    add_client(app, partial(short.ask, store.read_client))
    add_history(app, history.ask)
    return app


async def _serve(
    settings: Settings, create: Callable[[Turnstile, int], Quart], stop: asyncio.Event
) -> None:
    most = most_connections(allow_open_files(ENOUGH_FILES))
    at = settings.reporte_host, settings.reporte_port
    try:
        listener = listen(*at, most)
    except OSError as error:
        raise OSError(f"can't listen on {at[0]}:{at[1]}: {error}. Set REPORTE_PORT.") from None
    turnstile = Turnstile()
    app = create(turnstile, most)
    door = FrontDoor(app, listener, KnownHosts(settings.hosts), turnstile)
    config = BoundedConfig(listener)
    config.errorlog = logging.getLogger("analiticas.http")
    config.errorlog.setLevel(logging.WARNING)  # "Running on" is not the moment we are ready
    # Longer than any client keeps an idle connection, or its next request meets a closed one.
    config.keep_alive_timeout = 120
    config.graceful_timeout = 2
    await serve(door, config, shutdown_trigger=stop.wait)


def _history_kept(settings: Settings) -> Retention:
    s = settings
    return Retention(s.history_seconds_kept, s.history_minutes_kept, s.history_hours_kept)


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
    gone_readers.install()
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
    except ValueError as error:
        LOG.critical("%s", error)
        return 2
    try:
        window = IdWindow(settings.id_window_seconds, settings.id_window_rows)
        store = open_store(Path(settings.store_path), window, _history_kept(settings))
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
