"""A first start beside analytics that have counted for weeks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from judging.earlier import Past, Steps, outages, rhythm_of
from judging.judge import Judge
from rhythms.week import HOUR, HOURS, Week
from rules.rule import DEFAULTS, Names, Rule
from tests.fed_analytics import FedAnalytics
from watching.analytics import reaching
from watching.rounds import Rounds
from watching.stored_past import StoredPast, finest
from watching.usual import UsualBands

UTC = Week("UTC")
DAY = 24
MONDAY = 1_789_948_800.0  # 2026-09-21T00:00:00Z


def hours(*points: int, begin: float = MONDAY) -> Steps:
    return Steps(begin, HOUR, points)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("watching.analytics.APART", 0.0)
    yield


@pytest.mark.usefixtures("quick")
async def test_nobody_is_learnt_who_is_in_the_history(tmp_path: Path) -> None:
    """From the first minute on it is known when each should send again; a new one is learnt."""
    now = time.time()
    async with FedAnalytics(tmp_path).at_work() as analytics:
        for name, gap, days in (("clock", 300, 10), ("steady", 1800, 14), ("new", 300, 0)):
            moments = range(0, days * 86_400 + 1, gap)
            await analytics.count([{"cliente": name, "timestamp": now - at} for at in moments])
        judge = Judge(DEFAULTS, "UTC", 60.0)
        async with reaching([f"http://127.0.0.1:{analytics.port}"]) as reached:
            past = StoredPast(judge.needs_no_past)
            rounds = Rounds(reached, UsualBands(DEFAULTS, "UTC"), past)
            for _ in range(9):
                judge.judge(await rounds.read())
            asked = reached.asked
            judge.judge(await rounds.read())
            assert reached.asked == asked + 2  # there is nothing more to ask

    known = judge.watched
    waits = {
        name: (known.due(name) or 0) - known.rhythms[name].last for name in ("clock", "steady")
    }
    assert known.learning == 1
    assert 300 < waits["clock"] < 3 * 300
    assert 1800 < waits["steady"] < 3 * 1800


@pytest.mark.usefixtures("quick")
async def test_nothing_is_asked_for_whom_no_rhythm_is_wanted(tmp_path: Path) -> None:
    """Silences of a fixed length need no history."""
    rules = [Rule("fixed", "silencio", Names("*"), after=60.0)]
    async with FedAnalytics(tmp_path).at_work() as analytics:
        await analytics.count([{"cliente": "web"}])
        judge = Judge(rules, "UTC", 60.0)
        async with reaching([f"http://127.0.0.1:{analytics.port}"]) as reached:
            past = StoredPast(judge.needs_no_past)
            reading = await Rounds(reached, UsualBands(rules, "UTC"), past).read()

    assert reading.clients is not None
    assert reached.asked == 3


def test_a_night_is_learnt_as_one() -> None:
    """Who sends from nine to five is not expected at six."""
    week = ([0] * 9 + [60] * 8 + [0] * 7) * 5 + [0] * 2 * DAY
    minutes = ([0] * 9 * 60 + [1] * 8 * 60 + [0] * 7 * 60) * 1
    friday = MONDAY + 3 * HOURS * HOUR - 3 * DAY * HOUR
    past = Past(
        "office",
        hours(*(week * 3)[: 3 * HOURS - 2 * DAY]),
        Steps(friday, 60, minutes),
        hours(*[100] * (3 * HOURS - 2 * DAY)),
    )
    rhythm = rhythm_of(past, UTC)

    assert rhythm is not None
    assert rhythm.learnt
    rhythm.last = friday + 17 * HOUR - 1
    due = rhythm.due(UTC)
    assert due is not None
    assert due > friday + (2 * DAY + 24 + 9) * HOUR  # on Monday


def test_what_was_a_silence_is_not_usual() -> None:
    """Else the next one would be found far too late."""
    points = [1, 1, 0, 1, 1, 1, 0, 1] * 30
    silent = points[:100] + [0] * 60 + points[100:]
    everybody = hours(*[100] * HOURS)
    steady = rhythm_of(Past("a", hours(*[45] * HOURS), Steps(MONDAY, 60, points), everybody), UTC)
    broken = rhythm_of(Past("a", hours(*[45] * HOURS), Steps(MONDAY, 60, silent), everybody), UTC)

    assert steady is not None
    assert broken is not None
    assert broken.gaps.mean == pytest.approx(steady.gaps.mean, rel=0.02)
    assert broken.gaps.longest == pytest.approx(steady.gaps.longest, rel=0.02)


def test_an_outage_is_no_gap_and_no_hour() -> None:
    """Told by all clients together, once there are weeks to tell it by."""
    everybody = [100] * (3 * HOURS)
    everybody[2 * HOURS + 5] = 3
    away = outages(hours(*everybody), UTC)
    assert away == {int(MONDAY // HOUR) + 2 * HOURS + 5}
    assert outages(hours(*everybody[: 2 * HOURS + 6]), UTC) == set()

    points = [60] * (3 * HOURS)
    points[2 * HOURS + 5] = 0
    minutes = [1] * 300 + [0] * 60 + [1] * 300
    fine = Steps(MONDAY + 2 * HOURS * HOUR, 60, minutes)
    rhythm = rhythm_of(Past("a", hours(*points), fine, hours(*everybody)), UTC)
    assert rhythm is not None
    assert rhythm.gaps.longest < 3


def test_who_never_sent_has_no_rhythm() -> None:
    """Nor is anything asked about its gaps."""
    nothing = hours(*[0] * HOURS)

    assert rhythm_of(Past("a", nothing, None, nothing), UTC) is None
    assert finest(nothing) is None
    assert finest(hours(*[3600] * DAY)) is None
    assert finest(hours(*[60] * DAY)) == (60, 1)
    assert finest(hours(*[2] * DAY)) == (300, 5)
    assert finest(hours(*[1] * 2, *[0] * 5 * DAY)) == (900, 14)
