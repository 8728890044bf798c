"""What is usual in weeks as a shop has them, and what is not."""

import random
from typing import Any

import pytest

from history.history import History
from tests.history_questions import DAY, HOUR, moment
from tests.simulated_weeks import MADRID, WEEK, Rate, at, between, counts, shop
from usual.former_weeks import weeks_before
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery

NOW = at("2026-06-16T22:00:00+02:00")  # a Tuesday; clocks were changed eleven weeks before


def ask(history: History, now: int = NOW, **query: Any) -> dict[str, Any]:
    asked = UsualQuery(**{"zona": "Europe/Madrid", **query})
    return usual_answer(history._db, history.view({}, moment(now)), asked)


def one(history: History, now: int = NOW, **query: Any) -> dict[str, Any]:
    (series,) = ask(history, now, **query)["series"]
    found: dict[str, Any] = series
    return found


def fill(
    history: History, rate: Rate = shop, weeks: float = 7, now: int = NOW, **more: Any
) -> None:
    history.fold(counts(rate, now - int(weeks * WEEK), now, **more), moment(now))


def expected(begin: int, length: int, rate: Rate = shop) -> float:
    """How many events the shop has in a time, on average."""
    return sum(rate(second) / 12 for second in range(begin, begin + length, 300))


def unusual(series: dict[str, Any]) -> list[int]:
    """The steps that lie outside the band."""
    steps = zip(series["bajo"], series["puntos"], series["alto"], strict=True)
    return [step for step, (low, events, high) in enumerate(steps) if not low <= events <= high]


@pytest.mark.parametrize("seed", range(3))
def test_nights_and_weekends_are_usual(history: History, seed: int) -> None:
    """What is usual follows the hours of the day and the days of the week."""
    fill(history, seed=seed)
    week = one(history, ventana=7 * DAY, paso=HOUR)

    for step, usual in enumerate(week["medio"]):
        mean = expected(NOW - 7 * DAY + step * HOUR, HOUR)
        assert abs(usual - mean) < 0.1 * mean + 3 * mean**0.5, step
    assert (week["estado"], week["semanas"]) == ("sabido", 6)
    assert len(unusual(week)) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_five_minutes_are_judged_by_their_own_noise(history: History, seed: int) -> None:
    """A day of them lies within the band, nearly all, and the band is no wider than it must be."""
    fill(history, seed=seed)
    day = one(history, ventana=DAY, paso=300)

    rush = slice(19 * 12 - 22 * 12, 20 * 12 - 22 * 12)  # the day ends at ten
    assert len(unusual(day)) <= 3
    for usual, low, high in zip(
        day["medio"][rush], day["bajo"][rush], day["alto"][rush], strict=True
    ):
        assert 0.4 * usual < low < 0.8 * usual
        assert 1.2 * usual < high < 1.7 * usual


def test_bursts_widen_the_band(history: History) -> None:
    """A client that sends fifty events at a time, now and then, is not unusual when it does."""
    bursts = counts(lambda _: 3, NOW - 7 * WEEK, NOW, 1)
    history.fold({cell: 50 * n for cell, n in bursts.items()}, moment(NOW))

    day = one(history, ventana=DAY, paso=300)

    assert max(day["puntos"]) >= 100 > day["medio"][0]
    assert len(unusual(day)) <= 3


def test_hours_even_out_in_a_long_window(history: History) -> None:
    """Where hours differ by a fifth, each by itself, days differ by much less."""
    chance = random.Random(3)  # noqa: S311 - repeatable on purpose
    lift = {hour: chance.gauss(1, 0.2) for hour in range((NOW - 8 * WEEK) // HOUR, NOW // HOUR + 1)}
    fill(history, lambda second: 600 * lift[second // HOUR], seed=3)

    day = one(history, ventana=DAY, paso=600)

    assert max(day["alto"]) > 1.6 * day["medio"][0]
    assert 0.75 < day["todo"]["bajo"] / day["todo"]["medio"] < 0.9
    assert 1.1 < day["todo"]["alto"] / day["todo"]["medio"] < 1.25
    assert unusual({key: [day["todo"][key]] for key in ("bajo", "puntos", "alto")}) == []


def test_a_launch_of_the_past_moves_nothing(history: History) -> None:
    """Ten times as much on one evening is unusual then, and forgotten the week after."""
    launch = NOW - WEEK - 4 * HOUR
    fill(history, between(launch, launch + 3 * HOUR, 10, shop))

    then = one(history, ventana=3 * HOUR, paso=HOUR, hasta=launch + 3 * HOUR)
    now = one(history, ventana=4 * HOUR, paso=HOUR)

    assert unusual(then) == [0, 1, 2]
    assert then["todo"]["puntos"] > 5 * then["todo"]["alto"]
    assert unusual(now) == []
    assert now["todo"]["alto"] < 2 * expected(NOW - 4 * HOUR, 4 * HOUR)


def test_more_than_ever_from_some_day_on(history: History) -> None:
    """Growth is told for half of the weeks that are looked at, and usual from then on."""
    fill(history, between(NOW - 4 * WEEK, NOW, 3, shop))

    first = one(history, ventana=HOUR, paso=HOUR, hasta=NOW - 3 * WEEK - 3 * HOUR)
    last = one(history, ventana=HOUR, paso=HOUR, hasta=NOW - 3 * HOUR)

    assert (unusual(first), unusual(last)) == ([0], [])


@pytest.mark.parametrize("weeks", [3, 6])
def test_an_outage_of_the_past_is_left_out(history: History, weeks: int) -> None:
    """An evening of which nothing was counted, of anybody, makes no later evening unusual."""
    gap = NOW - WEEK - 4 * HOUR
    fill(history, between(gap, gap + 4 * HOUR, 0, shop), weeks + 0.2, seed=3)

    now = one(history, ventana=4 * HOUR, paso=HOUR)
    then = one(history, ventana=4 * HOUR, paso=HOUR, hasta=gap + 4 * HOUR)

    assert now["semanas"] == weeks
    assert unusual(now) == []
    assert all(low > usual / 2 for low, usual in zip(now["bajo"], now["medio"], strict=True))
    assert weeks == 3 or unusual(then) == [0, 1, 2, 3]


def test_a_client_that_falls_silent_is_below_its_band(history: History) -> None:
    """While others go on it is not taken for an outage of all."""
    fill(history, between(NOW - HOUR, NOW, 0, shop), cliente="web")
    fill(history, shop, cliente="app")

    web, app = (one(history, cliente=name, ventana=HOUR, paso=300) for name in ("web", "app"))

    assert web["todo"]["puntos"] == 0 < web["todo"]["bajo"]
    assert unusual(app) == []


def test_where_too_few_weeks_are_left_nothing_is_said(history: History) -> None:
    """Days that all but one had an outage have no band, and neither has the whole window."""
    gaps = [NOW - WEEK - 5 * HOUR, NOW - 2 * WEEK - 9 * HOUR]
    kept = {
        cell: n
        for cell, n in counts(shop, NOW - int(3.5 * WEEK), NOW, 1).items()
        if not any(gap <= cell[2] < gap + 2 * HOUR for gap in gaps)
    }
    history.fold(kept, moment(NOW))

    days = one(history, ventana=2 * DAY, paso=DAY)

    assert days["estado"] == "sabido"
    assert (days["medio"][0] is None, days["medio"][1]) == (False, None)
    assert days["todo"] == {
        "puntos": sum(days["puntos"]),
        **dict.fromkeys(("medio", "bajo", "alto")),
    }


@pytest.mark.parametrize(("weeks", "told"), [(0.5, 0), (2.9, 2), (3.1, 3), (9, 6)])
def test_with_few_weeks_it_is_learning(history: History, weeks: float, told: int) -> None:
    """Before three weeks what is usual isn't said."""
    fill(history, shop, weeks)
    history.fold(counts(shop, NOW - 9 * WEEK, NOW, 7, "otro"), moment(NOW))

    web = one(history, cliente="web", ventana=HOUR, paso=300)

    assert web["semanas"] == told
    assert web["estado"] == ("sabido" if told >= 3 else "aprendiendo")
    assert (web["medio"] is None) == (told < 3) == (web["todo"]["alto"] is None)
    assert sum(web["puntos"]) == web["todo"]["puntos"] > 0


def test_a_window_that_begins_before_it_is_known(history: History) -> None:
    """Its steps have a band from the third week on, and the whole of it has none."""
    fill(history, weeks=6)

    days = one(history, ventana=30 * DAY, paso=DAY)

    known = [middle is not None for middle in days["medio"]]
    assert days["estado"] == "sabido"
    assert known == [False] * known.index(True) + [True] * 21
    assert days["todo"]["medio"] is None


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25T23:59:59+01:00", 25), ("2026-03-29T23:59:59+02:00", 23)]
)
def test_the_days_of_a_change_of_clocks(history: History, day: str, hours: int) -> None:
    """On the day of a change, and in the week after, the rush is where clocks say it is."""
    end = at(day) + 1
    fill(history, now=end + 3 * DAY)

    hourly = one(history, end + 3 * DAY, ventana=hours * HOUR, paso=HOUR, hasta=end)
    (as_one,) = (one(history, end + 3 * DAY, ventana=DAY, paso=DAY, hasta=end - HOUR)["medio"],)
    after = one(history, end + 3 * DAY, ventana=3 * DAY, paso=HOUR)

    means = [expected(end - (hours - n) * HOUR, HOUR) for n in range(hours)]
    for usual, mean in zip(hourly["medio"], means, strict=True):
        assert abs(usual - mean) < 0.12 * mean + 3 * mean**0.5
    assert abs(as_one[0] - sum(means)) < 0.1 * sum(means)
    assert len(unusual(hourly)) + len(unusual(after)) <= 1


def test_another_zone_has_other_weeks(history: History) -> None:
    """After a change of clocks in Madrid, somebody in Lima who counts by his own sees a shift."""
    now = at("2026-10-27T22:00:00+01:00")
    fill(history, now=now)

    here, there = (
        one(history, now, ventana=DAY, paso=HOUR, zona=zone)
        for zone in ("Europe/Madrid", "America/Lima")
    )

    assert len(unusual(here)) <= 1
    assert len(unusual(there)) > 5


@pytest.mark.parametrize(
    ("hour", "before"),
    [
        ("2026-10-26T09:00:00+01:00", ["2026-10-19T09:00:00+02:00", "2026-10-12T09:00:00+02:00"]),
        ("2026-10-25T02:00:00+02:00", ["2026-10-18T02:00:00+02:00"]),
        ("2026-10-25T02:00:00+01:00", ["2026-10-18T02:00:00+02:00"]),
        ("2026-11-01T02:00:00+01:00", ["2026-10-25T02:00:00+02:00", "2026-10-18T02:00:00+02:00"]),
        ("2026-04-05T02:00:00+02:00", ["2026-03-29T03:00:00+02:00", "2026-03-22T02:00:00+01:00"]),
        ("2026-03-29T03:00:00+02:00", ["2026-03-22T03:00:00+01:00"]),
    ],
)
def test_the_same_time_of_the_week(hour: str, before: list[str]) -> None:
    """A week before is when clocks showed the same, also where they were changed since."""
    found = weeks_before(at(hour), MADRID)

    assert list(found[: len(before)]) == [at(text) for text in before]
