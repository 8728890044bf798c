"""The figures of `make bench-ingest` count every event, from when it was due."""

from collections.abc import Sequence

import pytest

from carga.sending.schedule import Schedule
from carga.wire.messages import TICKS, Pushed, Watched
from screen import Screen


def told(
    second: float, *pushes: tuple[int, int, int], drops: int = 0, complaints: Sequence[str] = ()
) -> tuple[str, Watched, float]:
    """What a viewer says at this second of pushes: [number, millisecond, total]."""
    said = Watched(
        connected=1,
        pushes=[Pushed(number, [], at * TICKS, 0, total) for number, at, total in pushes],
        arrivals=[(number, at * TICKS, 1) for number, at, _ in pushes],
        frames=0,
        drops=drops,
        complaints=list(complaints),
        cpu=0.0,
    )
    return "viewers", said, second


def test_every_event_counts_from_its_own_millisecond() -> None:
    """A push that includes two milliseconds makes the events of the earlier one later."""
    screen = Screen(100)
    screen.watched(*told(0.005, (1, 4, 115)))
    screen.watched(*told(0.9, (2, 7, 130)))

    seen = screen.seen(Schedule("constante", 10_000, 0.003))  # due: ten each at 0, 1 and 2 ms

    # 4 ms ten times and 3 ms five, 6 ms five and 5 ms ten
    assert (seen.ms["p50"], seen.ms["p90"], seen.ms["max"]) == (4, 6, 6)
    assert (seen.unseen, seen.pushes, screen.total) == (0, 2, 130)


def test_a_stall_is_not_left_out() -> None:
    """While nothing is shown, all that was due meanwhile is late by its share of the stall."""
    screen = Screen(0)
    screen.watched(*told(1.5, (1, 999, 1000)))

    seen = screen.seen(Schedule("constante", 1000, 1))

    assert seen.unseen == 0
    assert seen.ms["p50"] == pytest.approx(500, rel=0.01)
    assert seen.ms["max"] == pytest.approx(999, rel=0.01)


def test_what_no_push_included_is_told() -> None:
    """Events that a viewer never saw are counted beside the figures; an older push adds nothing."""
    screen = Screen(5)
    screen.watched(*told(0.7, (1, 0, 5), (2, 650, 65), (3, 660, 64)))

    assert screen.seen(Schedule("constante", 100, 1)).unseen == 40


def test_what_the_panel_did_wrong_is_told() -> None:
    """A broken promise and a lost connection are faults of the load, not gaps in its figures."""
    screen = Screen(0)
    screen.watched(*told(0.5, complaints=["a gap"]))
    screen.watched(*told(0.9, drops=1))

    assert list(screen.faults()) == ["a gap", "lost its connection: 1 times"]
