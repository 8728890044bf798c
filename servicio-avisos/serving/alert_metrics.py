"""What Prometheus is told of this process. No series names a client: their number has no bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from judging.judge import Judge
from keeping.ledger import Ledger
from telling.courier import Courier
from watching.watch import Watch


class AlertCollector(Collector):
    """Reads the live state when it is asked, so that watching pays nothing for it."""

    def __init__(
        self, judge: Judge, ledger: Ledger, couriers: Sequence[Courier], watch: Watch
    ) -> None:
        self._judge, self._ledger = judge, ledger
        self._couriers, self._watch = couriers, watch

    def collect(self) -> Iterator[Metric]:
        firing = GaugeMetricFamily("pulso_alerts_firing", "Alerts that fire", labels=["rule"])
        counts = Counter(alert.rule for alert in self._judge.alarms.firing.values())
        for rule in self._judge.rules:
            firing.add_metric([rule.name], counts[rule.name])
        yield firing
        sent = CounterMetricFamily(
            "pulso_alerts_sent", "Alerts of which a channel was told", labels=["channel"]
        )
        failed = CounterMetricFamily(
            "pulso_alerts_failed", "Messages that a channel did not take", labels=["channel"]
        )
        for courier in self._couriers:
            sent.add_metric([courier.manners.name], courier.sent)
            failed.add_metric([courier.manners.name], courier.failed)
        yield sent
        yield failed
        yield GaugeMetricFamily(
            "pulso_alerts_current",
            "1 while what is judged is all that happened",
            self._judge.freshness.reason is None,
        )
        yield GaugeMetricFamily(
            "pulso_alerts_store_writable", "0 while alerts can't be noted", self._ledger.writable
        )
        yield CounterMetricFamily("pulso_alerts_rounds", "Rounds of readings", self._watch.rounds)
        yield CounterMetricFamily(
            "pulso_alerts_requests", "Requests to the analytics", self._watch.asked
        )
        yield GaugeMetricFamily(
            "pulso_alerts_judging_seconds", "How long the last judging took", self._watch.judged
        )
