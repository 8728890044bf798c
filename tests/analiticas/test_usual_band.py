"""The arithmetic of what is usual."""

import random
from math import exp
from statistics import mean

import pytest

from usual.band import Usual, band, between, noise_of, together, usual_of


def outside(expected: float, low: float, high: float) -> float:
    """How often independent events are fewer or more than a band has."""
    inside, chance = 0.0, exp(-expected)
    for n in range(int(expected * 3 + 40)):
        inside += chance if low <= n <= high else 0
        chance *= expected / (n + 1)
    return 1 - inside


@pytest.mark.parametrize("expected", [0.01, 0.3, 1, 2, 3, 5, 8, 20, 100, 400])
def test_few_events_are_not_unusual(expected: float) -> None:
    """Events that know nothing of each other leave a band of three deviations as rarely as said."""
    found = band(Usual(expected, 0), 1, 3)

    assert found
    assert outside(expected, found.low, found.high) < 0.008
    assert found.low < expected < found.high


@pytest.mark.parametrize("weeks", range(2, 7))
def test_the_spread_of_few_weeks_is_that_of_many(weeks: int) -> None:
    """On average it is the standard deviation that the weeks were drawn with."""
    chance = random.Random(weeks)  # noqa: S311 - repeatable on purpose
    spreads = []
    for _ in range(3000):
        samples = [[round(chance.gauss(10_000, 2000)) for _ in range(weeks)] for _ in range(3)]
        found = usual_of(samples, 0)[1]
        assert found
        spreads.append(found.spread)

    assert 0.93 < mean(spreads) / 2000 < 1.07


@pytest.mark.parametrize("wild", [0, 1_000_000])
def test_one_week_unlike_the_others_changes_little(wild: int) -> None:
    """Whatever happened in it, what is usual lies among the others."""
    quiet = [[100, 104, 97, 108, 95]] * 3
    odd = [[100, 104, 97, 108, wild]] * 3

    (_, usual, _), (_, with_odd, _) = usual_of(quiet, 1), usual_of(odd, 1)

    assert usual and with_odd
    assert abs(usual.middle - with_odd.middle) <= 4
    assert with_odd.spread <= 2 * usual.spread


def test_weeks_that_are_all_alike_leave_room() -> None:
    """A twentieth more or less is not unusual, however steady a client was."""
    found = band(usual_of([[1_000_000] * 6] * 3, 1)[1], 1, 3)

    assert found
    assert found.low == pytest.approx(850_000, 0.001)
    assert found.high == pytest.approx(1_150_000, 0.001)


def test_noise_of_the_weeks_is_not_counted_twice() -> None:
    """Weeks that differ as chance has it have no spread of their own but the least."""
    samples = [[10, 7, 13, 9, 11, 12]] * 3

    assert usual_of(samples, 1)[1] == Usual(10.5, 0.05 * 10.5)


def test_too_few_weeks_have_nothing_usual() -> None:
    """One is none."""
    assert usual_of([[5], [], [5, 7]], 1)[:2] == [None, None]


@pytest.mark.parametrize(
    ("points", "least", "most"),
    [
        ([0] * 24, 1, 1),
        (list(range(0, 2400, 100)), 1, 12),
        ([5, 4, 6, 5, 7, 3, 5, 6, 4, 5, 5, 5] * 3, 1, 1),
        ([0, 0, 50, 0, 0, 0, 50, 0, 0, 0, 0, 50] * 3, 30, 70),
        ([0] * 12 + [50, 0, 0, 50, 0, 0] * 4, 30, 70),
    ],
)
def test_noise(points: list[int], least: float, most: float) -> None:
    """Bursts are noise, a slope and a quiet night are none."""
    assert least <= noise_of(points, 12) <= most


def test_between_the_middles_of_hours_lie_lines() -> None:
    """Five minutes have their share of what is usual between their neighbours."""
    usuals = [Usual(120, 12), Usual(240, 24), None, Usual(60, 6)]

    assert between(usuals, 1.0, 1 / 12) == Usual(15, 1.5)
    assert between(usuals, 1.5, 1 / 12) == Usual(20, 2)
    assert between(usuals, 1.9, 1 / 12) == Usual(20, 2)
    assert between(usuals, 2.1, 1 / 12) is None


def test_a_window_as_one() -> None:
    """All steps together; one of which nothing is known is missing in the whole."""
    assert together([Usual(1, 2), Usual(3, 4)]) == Usual(4, 6)
    assert together([Usual(1, 2), None]) is None
