from hypothesis import given
from hypothesis import strategies as st

from live.delay import Delays


def test_nothing_was_counted() -> None:
    """Without data there are no percentiles."""
    assert Delays().read(1000.0) == {
        "p50": None,
        "p95": None,
        "p99": None,
        "mensajes": 0,
        "antiguos": 0,
    }


def test_a_message_weighs_as_much_as_its_events() -> None:
    """One message of 98 quick events and two slow ones: half of all events were quick."""
    delays = Delays()
    delays.add([(100.0, 100.0, 98), (95.0, 95.0, 1), (95.0, 95.0, 1)], counted=100.01, now=1000.0)

    read = delays.read(1001.0)

    assert read["p99"]
    assert read == {"p50": 0.01, "p95": 0.01, "p99": read["p99"], "mensajes": 3, "antiguos": 0}
    assert 5.0 <= read["p99"] <= 5.05


def test_after_a_minute_it_is_forgotten() -> None:
    """Only the last minute tells, in slices of ten seconds."""
    delays = Delays()
    delays.add([(100.0, 100.0, 1)], counted=101.0, now=1000.0)
    delays.add([(150.0, 150.0, 1)], counted=150.1, now=1050.0)

    assert delays.read(1059.0)["mensajes"] == 2
    assert delays.read(1060.0) == {"p50": 0.1, "p95": 0.1, "p99": 0.1, "mensajes": 1, "antiguos": 0}
    assert delays.read(2000.0)["mensajes"] == 0


@given(st.floats(-1e12, 1e12), st.integers(1, 10**6))
def test_any_clock(moment: float, events: int) -> None:
    """An event dated anywhere, ahead of us too, takes between a millisecond and a day."""
    delays = Delays()

    delays.add([(moment, moment, events)], counted=1795503600.0, now=1.0)

    p99 = delays.read(2.0)["p99"]
    assert p99 and 0.001 <= p99 <= 87_000


def test_a_backfill_is_no_delay() -> None:
    """What happened minutes before it was sent is told apart; what waited on its way is late."""
    delays = Delays()
    day, now = 86_400.0, 1_000_000.0
    delays.add([(now - day, now, 500), (now - day, now - day, 1)], counted=now + 0.02, now=1.0)

    read = delays.read(2.0)

    assert (read["mensajes"], read["antiguos"]) == (1, 1)
    assert read["p50"] and read["p50"] >= day
