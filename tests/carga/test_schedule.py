"""When events are due."""

import itertools

import pytest

from carga.sending.profile import PROFILES
from carga.sending.schedule import Schedule


def rate_at(schedule: Schedule, second: int) -> float:
    around = schedule.due_before(second * 1000 + 500) - schedule.due_before(second * 1000 - 500)
    return around / schedule.peak


@pytest.mark.parametrize("profile", PROFILES)
def test_slots_hold_every_event_once(profile: str) -> None:
    """However a run is cut into ticks, their slots hold all of its events."""
    schedule = Schedule(profile, 730, 9.5)
    cuts = [0, 1, 2, 7, 7, 900, 4_003, 9_499, 9_500, 12_000]

    slots = [slot for a, b in itertools.pairwise(cuts) for slot in schedule.slots(a, b)]

    assert sum(n for _, n in slots) == schedule.total
    assert [ms for ms, _ in slots] == sorted({ms for ms, _ in slots})


@pytest.mark.parametrize(
    ("profile", "total"), [("constante", 60_000), ("rampa", 30_000), ("pico", 21_600)]
)
def test_total_is_the_area(profile: str, total: int) -> None:
    """A profile's events are the area below its curve."""
    assert Schedule(profile, 1000, 60).total == total


def test_profiles_have_their_shape() -> None:
    """The peak is the rate that was asked for, and the rest lies where the profile has it."""
    ramp, burst, day = (Schedule(p, 10_000, 100) for p in ("rampa", "pico", "diario"))

    assert [rate_at(ramp, s) for s in (25, 75)] == pytest.approx([0.25, 0.75], abs=0.01)
    assert [rate_at(burst, s) for s in (20, 50, 80)] == pytest.approx([0.2, 1, 0.2], abs=0.01)
    assert [rate_at(day, s) for s in (1, 50, 99)] == pytest.approx([0.1, 1, 0.1], abs=0.01)


@pytest.mark.parametrize(("rate", "every", "events"), [(100, 10, 1), (1000, 1, 1), (8000, 1, 8)])
def test_rates_that_divide_are_regular(rate: int, every: int, events: int) -> None:
    """As many events in each slot, slots 1 ms or as far apart as single events are."""
    slots = list(Schedule("constante", rate, 2).slots(0, 2000))

    assert [ms for ms, _ in slots] == list(range(every - 1, 2000, every))
    assert {n for _, n in slots} == {events}


@pytest.mark.parametrize("rate", [3, 300, 1500, 499_999])
def test_any_rate_is_the_rate(rate: int) -> None:
    """A rate that milliseconds don't divide is kept to all the same."""
    schedule = Schedule("constante", rate, 2)

    assert sum(n for _, n in schedule.slots(0, 2000)) == schedule.total == 2 * rate


def test_slow_rates_are_even() -> None:
    """At three events a second one is due every third of a second."""
    due = [ms for ms, _ in Schedule("constante", 3, 2).slots(0, 2000)]

    assert due == [333, 666, 999, 1333, 1666, 1999]


def test_shares_are_what_one_generator_would_do() -> None:
    """Generators that share a run have its events, except for what rounding keeps of each."""
    shares = [Schedule("diario", 5000, 30, share).total for share in (0.5, 0.3, 0.2)]

    assert abs(sum(shares) - Schedule("diario", 5000, 30).total) <= len(shares)
