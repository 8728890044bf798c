"""When an event is on a screen."""

from collections import Counter

import pytest

from carga.figures.event_latency import EventLatency
from carga.figures.latency_record import LatencyRecord
from carga.wire.messages import TICKS, Rise


@pytest.fixture
def found() -> Counter[tuple[int, float]]:
    """[second when due, milliseconds] and how many times."""
    return Counter()


@pytest.fixture
def latency(found: Counter[tuple[int, float]]) -> EventLatency:
    """Two clients; the second one had ten events before the run."""

    def record(second: int, ticks: int, times: int) -> None:
        found[second, ticks / TICKS] += times

    return EventLatency([0, 10], record)


def test_each_event_counts_from_its_own_time(
    latency: EventLatency, found: Counter[tuple[int, float]]
) -> None:
    """The n-th event of a client is in the first push that shows it at n or more."""
    latency.sent([(5, 2), (9, 1), (1001, 1)], [0, 1, 0, 1])
    latency.pushed(1, [Rise(0, 0, 2), Rise(1, 10, 11)])
    latency.pushed(2, [Rise(1, 11, 12)])
    latency.arrived([(1, 20 * TICKS, 1), (2, 1011 * TICKS, 1)])

    assert found == {(0, 15): 2, (0, 11): 1, (1, 10): 1}
    assert latency.measured == 4


def test_every_viewer_counts(latency: EventLatency, found: Counter[tuple[int, float]]) -> None:
    """What a thousand viewers see at different moments is a thousand measurements."""
    latency.sent([(0, 1)], [0])
    latency.pushed(7, [Rise(0, 0, 1)])
    latency.arrived([(7, 10 * TICKS, 990)])
    latency.arrived([(7, 12 * TICKS, 9), (7, 2000 * TICKS, 1)])

    assert found == {(0, 10): 990, (0, 12): 9, (0, 2000): 1}


def test_unlisted_clients_are_not_guessed(
    latency: EventLatency, found: Counter[tuple[int, float]]
) -> None:
    """A client that comes among those shown has no known past: those events are not measured."""
    latency.sent([(0, 3), (50, 1)], [0, 0, 0, 0])
    latency.pushed(1, [Rise(0, None, 3)])
    latency.pushed(2, [Rise(0, 3, 4)])
    latency.arrived([(1, 10 * TICKS, 5), (2, 60 * TICKS, 5)])

    assert found == {(0, 10): 5}
    assert (latency.measured, latency.unseen) == (1, 3)


def test_a_push_told_late_counts_nothing_twice(
    latency: EventLatency, found: Counter[tuple[int, float]]
) -> None:
    """A push that was overtaken by a later one adds nothing."""
    latency.sent([(0, 2)], [0, 0])
    latency.pushed(2, [Rise(0, 0, 2)])
    latency.pushed(1, [Rise(0, 0, 1)])
    latency.arrived([(1, 10 * TICKS, 1), (2, 11 * TICKS, 1)])

    assert found == {(0, 11): 2}


def test_the_mean_is_that_of_any_order() -> None:
    """Events due at 0 and 5 ms are shown at 10 and 20 ms: 10 and 15 took as long as 20 and 5."""
    record = LatencyRecord()
    record.paired = False
    latency = EventLatency([0], record.record)
    latency.sent([(0, 1), (5, 1)], [0, 0])
    latency.pushed(1, [Rise(0, 0, 1)])
    latency.pushed(2, [Rise(0, 1, 2)])
    latency.arrived([(1, 10 * TICKS, 3), (2, 20 * TICKS, 3)])

    assert record.mean == (10 + 15) / 2 == (20 + 5) / 2
    assert set(record.percentiles().values()) == {None}
    assert record.of_step(0) == record.latest(9) == record.percentiles()
    assert record.distribution() == []


def test_percentiles_of_run_and_step() -> None:
    """A second of silence is in the step in which its events were due, and in the whole."""
    record = LatencyRecord()
    for second, milliseconds in [(0, 10)] * 99 + [(1, 1000)]:
        record.record(second, milliseconds * TICKS, 1)

    assert record.percentiles()["p50"] == pytest.approx(10, rel=0.01)
    assert record.percentiles()["max"] == pytest.approx(1000, rel=0.01)
    assert record.of_step(0)["max"] == pytest.approx(10, rel=0.02)
    assert record.of_step(1)["p50"] == pytest.approx(1000, rel=0.02)
    assert record.of_step(2)["p50"] is None
    assert record.distribution()[-1].percentile == 100
