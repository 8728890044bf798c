"""What Prometheus is told of this process."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from aside.set_aside import OTHER, REASONS
from counting.totals import ledger
from live.live import Live
from live.rejected_fields import RejectedFields
from live.vitals import Vitals

FATES = {
    "contados": "counted",
    "duplicados": "duplicate",
    "conflictos": "conflict",
    "rechazados": "rejected",
}
PERCENTILES = {"p50": "50", "p95": "95", "p99": "99"}


class LiveCollector(Collector):
    """Reads the live state when it is asked, so that counting pays nothing for it."""

    def __init__(self, live: Live, fields: RejectedFields) -> None:
        self._live, self._fields = live, fields

    def collect(self) -> Iterator[Metric]:
        yield from _counted(self._live, self._fields)
        yield from _state(self._live)
        yield _waiting_to_be_set_aside(self._live.vitals)
        yield from _queue(self._live)


def _counted(live: Live, fields: RejectedFields) -> Iterator[Metric]:
    messages = CounterMetricFamily(
        "pulso_messages", "Messages by what became of them, since counting began", labels=["fate"]
    )
    for fate, count in ledger(live.totals)["mensajes"].items():
        if fate in FATES:
            messages.add_metric([FATES[fate]], count)
    yield messages
    yield CounterMetricFamily(
        "pulso_events", "Events counted since counting began", live.totals.eventos_contados
    )
    yield CounterMetricFamily(
        "pulso_future_events",
        "Events dated over 60 s in the future: counted, in no history; /reporte/estado says whose",
        (live.future_events or {"total": 0})["total"],
    )
    rejected = CounterMetricFamily(
        "pulso_rejected_messages",
        "Messages rejected since the start of this process, by the field that was wrong",
        labels=["field"],
    )
    for field, count in fields.counts.items():
        rejected.add_metric([field], count)
    yield rejected
    aside = CounterMetricFamily(
        "pulso_set_aside_messages",
        "Messages that the broker set aside by itself, by its reason, since counting began",
        labels=["reason"],
    )
    for reason in (*REASONS, OTHER):
        aside.add_metric([reason], live.set_aside[reason])
    yield aside


def _state(live: Live) -> Iterator[Metric]:
    vitals, now = live.vitals, time.time()
    yield GaugeMetricFamily(
        "pulso_broker_connected", "1 while events are consumed", vitals.consuming
    )
    if vitals.escritura is not None:
        yield GaugeMetricFamily(
            "pulso_broker_writable",
            "0 while the broker holds up or refuses what is published",
            vitals.escritura == "ok",
        )
    yield CounterMetricFamily(
        "pulso_broker_refusals",
        "How often the broker was found to refuse everything, since the start of this process",
        vitals.refusals,
    )
    yield GaugeMetricFamily(
        "pulso_store_writable", "0 while counting waits for the store", vitals.almacen == "ok"
    )
    yield GaugeMetricFamily(
        "pulso_lag_seconds", "Age of the newest message counted while others wait", vitals.lag(now)
    )
    delay = live.delays.read(time.monotonic())
    if delay["mensajes"]:
        # Not `quantile`: that is a summary's, whose events are counted since the start
        percentiles = GaugeMetricFamily(
            "pulso_delay_seconds",
            "From an event's own time to its commit, messages of the last 60 s",
            labels=["percentile"],
        )
        for name, percentile in PERCENTILES.items():
            percentiles.add_metric([percentile], delay[name] or 0)
        yield percentiles
    yield GaugeMetricFamily(
        "pulso_last_commit_timestamp_seconds",
        "When something was counted last",
        live.totals.generado if live.totals.version else 0,
    )


def _waiting_to_be_set_aside(vitals: Vitals) -> Metric:
    waiting = GaugeMetricFamily(
        "pulso_waiting_set_aside_messages",
        "Messages that wait to be set aside, inside the broker and by the analytics",
        labels=["by"],
    )
    if vitals.dead_letters is not None:
        waiting.add_metric(["broker"], vitals.dead_letters)
    waiting.add_metric(["analytics"], vitals.copies)
    return waiting


def _queue(live: Live) -> Iterator[Metric]:
    if (members := live.vitals.members) is not None:
        held = GaugeMetricFamily(
            "pulso_queue_members", "Nodes that hold cola_analiticas", labels=["state"]
        )
        held.add_metric(["all"], members.total)
        held.add_metric(["running"], members.en_linea)
        yield held
    if live.vitals.cola is None:
        return
    if len(live.vitals.colas) > 1:
        shards = GaugeMetricFamily(
            "pulso_shard_messages",
            "Messages that wait in each of the queues that share the events, sampled",
            labels=["queue"],
        )
        for name, ready in live.vitals.colas.items():
            shards.add_metric([name], ready)
        yield shards
    queue = GaugeMetricFamily(
        "pulso_queue_messages", "Messages in cola_analiticas, sampled", labels=["state"]
    )
    queue.add_metric(["ready"], live.vitals.cola.listos)
    queue.add_metric(["unacked"], live.vitals.cola.sin_ack)
    yield queue
