"""What Prometheus is told of this process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from publishing.publisher import Publisher


class IntakeCollector(Collector):
    """Reads the live state when it is asked, so that taking events pays nothing for it."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def collect(self) -> Iterator[Metric]:
        publisher = self._publisher
        taking = publisher.connected and publisher.trouble is None
        yield CounterMetricFamily(
            "pulso_intake_events", "Events accepted over HTTP and sent on", publisher.accepted
        )
        yield GaugeMetricFamily(
            "pulso_intake_unconfirmed_events",
            "Events that the broker has not confirmed yet",
            publisher.unconfirmed,
        )
        yield GaugeMetricFamily("pulso_broker_connected", "1 while the broker takes events", taking)
