"""What Prometheus is told of this process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from push.heartbeat import Heartbeat
from push.hub import Hub
from push.pusher import Pusher

# Why a viewer is cut: push/viewer.py, push/hub.py. The last: asked to leave, it did not answer.
REASONS = ("too slow", "no pong", "no handshake", "flood", "early data", "crowd", "no close")


class PanelCollector(Collector):
    """Reads the live state when it is asked, so that pushing pays nothing for it."""

    def __init__(self, hub: Hub, heartbeat: Heartbeat, pusher: Pusher) -> None:
        self._hub, self._heartbeat, self._pusher = hub, heartbeat, pusher

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("pulso_viewers", "Open sockets of viewers", len(self._hub))
        cuts = CounterMetricFamily(
            "pulso_viewers_cut", "Viewers cut, by the reason", labels=["reason"]
        )
        for reason in REASONS:
            cuts.add_metric([reason], self._hub.cuts[reason])
        yield cuts
        yield CounterMetricFamily(
            "pulso_pushes", "Changes pushed to all viewers", self._pusher.pushes
        )
        yield GaugeMetricFamily(
            "pulso_analytics_reachable", "1 while the analytics answer", self._heartbeat.online
        )
        if (age := self._heartbeat.age()) is not None:
            yield GaugeMetricFamily(
                "pulso_report_age_seconds", "Since the analytics last answered", age
            )
