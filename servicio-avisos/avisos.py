"""
servicio-avisos: watches `/reporte`, and tells when something is wrong and when it is over.

Reads the variables of avisos_settings.py and two files: the rules, and the channels' addresses.
Exit codes: 0 after SIGINT or SIGTERM, 2 for a wrong setting, 1 when it gives up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from alert_commands import parser, run_command
from alert_sockets import Sockets, open_sockets
from avisos_settings import Settings, read_book, read_channels, read_settings
from comun.availability import NotAvailableError, opened_when_available
from comun.logs import configure_logging
from comun.metrics.metrics_server import serve_metrics
from comun.settings import BadSettingError
from comun.web import prompt_close
from judging.judge import Judge
from keeping.alert_file import AlertStoreError
from keeping.alert_store import AlertStore
from keeping.ledger import Ledger
from rules.rule_file import RuleBook
from serving.alert_http import create_app
from serving.alert_list import AlertList
from serving.alert_metrics import AlertCollector
from serving.alert_server import serve_alerts
from telling.apprise_channel import hush
from telling.courier import Courier
from telling.receivers import Receivers, WrongAddressError
from watching.analytics import Analytics, reaching
from watching.rounds import Rounds
from watching.stored_past import StoredPast
from watching.usual import UsualBands
from watching.watch import Watch

LOG = logging.getLogger("avisos")
LOG_METRICS = logging.getLogger("avisos.metrics")
STOP_WITHIN = 8.0  # seconds


class Parts(NamedTuple):
    """What is there before anything runs."""

    settings: Settings
    book: RuleBook
    receivers: Receivers
    store: AlertStore
    sockets: Sockets


async def run(parts: Parts) -> None:
    """Run until SIGINT or SIGTERM. A part that dies ends all, with its error."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ledger = Ledger(parts.store)
    try:
        async with reaching(parts.settings.reporte_urls) as analytics:
            await _watch(parts, ledger, analytics, stop)
    finally:
        ledger.close()


async def _watch(parts: Parts, ledger: Ledger, analytics: Analytics, stop: asyncio.Event) -> None:
    book, hosts, sockets = parts.book, parts.settings.hosts, parts.sockets
    judge = Judge(book.rules, book.zone, book.grace, ledger.firing, parts.store.rhythms())
    couriers = parts.receivers.couriers(ledger)
    past = StoredPast(judge.needs_no_past)
    rounds = Rounds(analytics, UsualBands(book.rules, book.zone), past)
    watch = Watch(rounds, judge, ledger, parts.receivers, couriers)
    alerts = AlertList(judge, ledger, rounds, couriers)
    app = create_app(alerts.told, lambda: watch.rounds > 0)
    collector = AlertCollector(judge, ledger, couriers, watch)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve_alerts(app, sockets.page, hosts, stop))
        group.create_task(serve_metrics(collector, sockets.metrics, hosts, stop, LOG_METRICS))
        group.create_task(watch.run(stop))
        telling = [group.create_task(courier.run(stop)) for courier in couriers]
        LOG.info("listo: %d rules, %d channels", len(book.rules), len(couriers))
        try:
            await stop.wait()
        finally:
            _give_up_later(0 if stop.is_set() else 1)
        await _let_end(couriers, telling)


async def _let_end(couriers: Iterable[Courier], telling: list[asyncio.Task[None]]) -> None:
    """What is on its way may arrive, and be noted; else it would be told again."""
    for courier in couriers:
        courier.wake()
    if telling:
        _, late = await asyncio.wait(telling, timeout=STOP_WITHIN / 2)
        for task in late:
            task.cancel()


def _give_up_later(status: int) -> None:
    """End the process even if a library waits for who never answers."""

    def give_up() -> None:
        LOG.warning("still not stopped after %.0f s: cutting what is left", STOP_WITHIN)
        os._exit(status)

    asyncio.get_running_loop().call_later(STOP_WITHIN, give_up)


def main() -> int:
    words = parser().parse_args()
    configure_logging("consola")
    prompt_close.install()
    hush()
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
        if words.command:
            return run_command(words, settings)
        book = read_book(settings)
        receivers = Receivers(book, read_channels(settings, book))
        sockets = open_sockets(settings)
        path = settings.store_path
        store = opened_when_available(partial(AlertStore, path), str(path), LOG)
    except (BadSettingError, WrongAddressError, AlertStoreError, NotAvailableError) as error:
        print(f"avisos: {error}", file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(run(Parts(settings, book, receivers, store, sockets)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
