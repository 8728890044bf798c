"""
servicio-analiticas: counts the events of `cola_analiticas` and serves the counts at `/reporte`.

Where several queues share the events (COLAS) it consumes all that there are.

Reads the environment (analytics_settings.py), RabbitMQ and its store. Exit codes: 0 after
SIGINT or SIGTERM, 2 for a wrong setting, 1 when it gives up; the last line says why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))


import interpreter_pace
from analytics_settings import Settings, read_settings
from asking.history_questions import HistoryQuestions
from broker import lenient_amqp
from broker.amqp_errors import ConsumerGivesUpError
from comun.availability import opened_when_available
from comun.logs import configure_logging
from comun.web import prompt_close
from consuming.broker_sessions import Sessions
from consuming.broker_writer import BrokerWriter
from consuming.consumer import Consumer
from consuming.following import Following
from consuming.management_watch import ManagementWatch
from consuming.set_aside_reader import SetAsideReader
from consuming.store_writer import StoreWriter
from consuming.tending import tend
from database.failures import CommitFailedError, StoreInUseError, UnusableStoreError
from live.live import Live
from reporting.analytics_metrics import LiveCollector
from reporting.report_server import create_reports, serve_collector, serve_reports
from store_choice import name_of, open_store
from storing.store import Store
from storing.store_thread import StoreThread

LOG = logging.getLogger("analiticas")
STOP_TIMEOUT = 8.0  # seconds until a stop is forced


async def run(settings: Settings, store: Store) -> None:
    """Consume and serve until a signal; any part that fails ends the other with its error."""
    interpreter_pace.relax()
    live, thread = _as_stored(store), StoreThread()
    store_writer = StoreWriter(thread, live.vitals)
    history = HistoryQuestions(store.history, thread)
    reading = Sessions(settings, "apartados", live.vitals)
    writing = Sessions(settings, "escritura", live.vitals, max_delay=1.0)  # its news is awaited

    def declared() -> None:
        reading.begin()
        writing.begin()

    consumer = Consumer(settings, store, store_writer, live, declared)
    reader = SetAsideReader(reading, store.aside, store_writer, live)
    writer = BrokerWriter(writing, store.aside, thread, store_writer, live)
    stop = asyncio.Event()
    stoppable = consumer, reader, writer
    _on_signals(stop, stoppable, live)
    following = _following(store, thread, live)
    app = partial(create_reports, live, store, thread, history, following)
    parts = {
        "consumer": consumer.run(),
        "apartados": reader.run(),
        "escritura": writer.run(),
        "management": ManagementWatch(settings, live.vitals).run(stop),
        "folding": tend(store, thread, store_writer, live, stop),
        "http": serve_reports(settings, app, stop),
        "metrics": serve_collector(settings, LiveCollector(live, live.rejected_fields), stop),
    }
    if following:
        parts["following"] = following.run(stop)
    try:
        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(part, name=name).add_done_callback(if_it_fails(stoppable))
    finally:
        history.close()
        thread.close()
        store.close()


def _as_stored(store: Store) -> Live:
    live = Live(store.load())
    live.future_events = store.read_future_events()
    live.set_aside, (_, live.vitals.copies) = store.aside.counts(), store.aside.copies(0)
    return live


def _following(store: Store, thread: StoreThread, live: Live) -> Following | None:
    return Following(store.others, store.aside, thread, live) if store.others else None


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
    prompt_close.install()
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
    except ValueError as error:
        LOG.critical("%s", error)
        return 2
    try:
        store = opened_when_available(partial(open_store, settings), name_of(settings), LOG)
    except (OSError, StoreInUseError, UnusableStoreError) as error:
        LOG.critical("can't use the store %s: %s", name_of(settings), error)
        is_setting = settings.store_url and isinstance(error, UnusableStoreError)
        return 2 if is_setting else 1
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
