"""
What Prometheus is told of this process.

Counters are its own share since its start: those of all that count into one store add up. What
the store knows is a gauge, the same from each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from aside.set_aside import OTHER, REASONS
from counting.totals import ledger
from counting.verdict import Verdict
from live.instances import Instance
from live.live import Live
from live.rejected_fields import RejectedFields

FATES = {
    "contados": ("counted", Verdict.COUNT),
    "duplicados": ("duplicate", Verdict.DUPLICATE),
    "conflictos": ("conflict", Verdict.CONFLICT),
    "rechazados": ("rejected", Verdict.REJECT),
}
PERCENTILES = {"p50": "50", "p95": "95", "p99": "99"}


class LiveCollector(Collector):
    """Reads the live state when it is asked, so that counting pays nothing for it."""

    def __init__(self, live: Live, fields: RejectedFields) -> None:
        self._live, self._fields = live, fields

    def collect(self) -> Iterator[Metric]:
        whole = self._live.whole()
        yield from _share(self._live, self._fields)
        yield from _ledger(self._live)
        yield from _state(self._live)
        yield from _delays(whole)
        yield _waiting_to_be_set_aside(self._live, whole)
        yield from _queue(self._live, whole)


def _share(live: Live, fields: RejectedFields) -> Iterator[Metric]:
    messages = CounterMetricFamily(
        "pulso_messages",
        "Messages by what this process made of them, since its start",
        labels=["fate"],
    )
    for fate, verdict in FATES.values():
        messages.add_metric([fate], live.share.messages[verdict])
    yield messages
    yield CounterMetricFamily(
        "pulso_events", "Events that this process counted since its start", live.share.events
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
        "Messages that the broker set aside by itself, by its reason, as this process found them",
        labels=["reason"],
    )
    for reason in (*REASONS, OTHER):
        aside.add_metric([reason], live.share.set_aside[reason])
    yield aside


def _ledger(live: Live) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        "pulso_ledger_messages", "All messages since counting began, by fate", labels=["fate"]
    )
    told = ledger(live.totals)["mensajes"]
    for name, (fate, _) in FATES.items():
        messages.add_metric([fate], told[name])
    yield messages
    yield GaugeMetricFamily(
        "pulso_ledger_events",
        "All events counted since counting began",
        live.totals.eventos_contados,
    )
    yield GaugeMetricFamily(
        "pulso_future_events",
        "Of those, dated over 60 s in the future: in no history; /reporte/estado says whose",
        (live.future_events or {"total": 0})["total"],
    )
    yield GaugeMetricFamily(
        "pulso_last_commit_timestamp_seconds",
        "When something was counted last",
        live.totals.generado if live.totals.version else 0,
    )
    yield GaugeMetricFamily(
        "pulso_instances", "How many processes count into the store", 1 + len(live.others)
    )


def _state(live: Live) -> Iterator[Metric]:
    vitals = live.vitals
    yield GaugeMetricFamily(
        "pulso_broker_connected", "1 while this process consumes events", vitals.consuming
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
        "pulso_store_writable",
        "0 while the counting of this process waits for the store",
        vitals.almacen == "ok",
    )


def _delays(whole: Instance) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "pulso_lag_seconds",
        "Age of the newest message counted while others wait",
        whole.lag(time.time()),
    )
    delay = whole.minute.told()
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


def _waiting_to_be_set_aside(live: Live, whole: Instance) -> Metric:
    waiting = GaugeMetricFamily(
        "pulso_waiting_set_aside_messages",
        "Messages that wait to be set aside, inside the broker and by the analytics",
        labels=["by"],
    )
    if whole.dead_letters is not None:
        waiting.add_metric(["broker"], whole.dead_letters)
    waiting.add_metric(["analytics"], live.vitals.copies)
    return waiting


def _queue(live: Live, whole: Instance) -> Iterator[Metric]:
    if whole.members is not None:
        held = GaugeMetricFamily(
            "pulso_queue_members", "Nodes that hold cola_analiticas", labels=["state"]
        )
        held.add_metric(["all"], whole.members.total)
        held.add_metric(["running"], whole.members.en_linea)
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
        "pulso_queue_messages",
        "Messages in cola_analiticas, sampled; unacked: those that this process has in hand",
        labels=["state"],
    )
    queue.add_metric(["ready"], live.vitals.cola.listos)
    queue.add_metric(["unacked"], live.vitals.cola.sin_ack)
    yield queue
