"""What is usual of a client is learnt from what it sent."""

import math
import struct

import pytest

from judging.judge import Judge
from judging.readings import Client, Counts, Reading, Status
from judging.watched import Watched
from rhythms.gaps import FINE, LEAST, Gaps, tail
from rhythms.rhythm import Rhythm
from rhythms.week import HOUR, Week
from rules.rule import DEFAULTS
from tests.avisos.course import Course
from tests.avisos.weeks_of_clients import simulate

UTC = Week("UTC")
LOOKED_AT = (1, 2, 3, 101, 102)  # the constants of rhythms/ were chosen by these
JUDGED_BY = (201,)
assert not {*LOOKED_AT} & {*JUDGED_BY}


@pytest.fixture(scope="module", params=JUDGED_BY)
def course(request: pytest.FixtureRequest) -> Course:
    return Course(simulate(request.param))


def test_every_silence_is_found_in_time(course: Course) -> None:
    """Within three times the longest of a thousand gaps of this client."""
    assert len(course.weeks.silences) == 20
    assert not course.late()


def test_hardly_anybody_is_called_silent_in_vain(course: Course) -> None:
    """Nights, weekends, a launch, an outage and a changed clock: at most one in a week."""
    assert max(course.false_alarms()) <= 1


def test_an_outage_of_hours_is_one_alert(course: Course) -> None:
    """It says that the numbers are stale, and is over."""
    assert [alert.kind for alert in course.fired].count("datos") == 1
    assert all(course.is_true(alert) for alert in course.firing.values())


def regular(gap: float, hours: int) -> Rhythm:
    """One that sent every *gap* seconds for so many hours."""
    rhythm = Rhythm(0.0)
    for hour in range(hours):
        moment = hour * HOUR
        while moment < (hour + 1) * HOUR:
            rhythm.heard(moment, 1, complete=True, week=UTC)
            moment += gap
        rhythm.end_hour(HOUR, (hour + 1) * HOUR, UTC)
    return rhythm


def test_a_day_is_enough_for_who_never_rests() -> None:
    """Before that it is learnt, and nobody is called silent."""
    assert regular(60, 20).due(UTC) is None
    known = regular(60, 26)
    due = known.due(UTC)

    assert due is not None
    assert 60 < due - known.last < 3 * 60


def test_a_longer_silence_is_wanted_of_many_and_of_whom_little_is_known() -> None:
    """Whoever watches many sees long gaps by chance."""
    few, many = Gaps(50, 50, 100), Gaps(5000, 5000, 10_000)
    surprise = [math.log(among * 1000) for among in (1, 60, 10_000)]
    found = [many.silence(each, 3) for each in surprise]

    assert found == sorted(found)
    assert found[-1] < 20
    assert found[1] < many.silence(surprise[1], 0.3) < few.silence(surprise[1], 0.3) < 25


def test_a_clock_is_missed_sooner_than_who_comes_at_random() -> None:
    """After two beats and some; and a burst's gaps are counted in bursts."""
    surprise = math.log(60 * 1000)
    clock, random, bursts = Gaps(500, 500, 505), Gaps(500, 500, 1000), Gaps(500, 25_000, 1_260_000)

    assert clock.silence(surprise, 3) == LEAST
    assert random.silence(surprise, 3) > 10
    assert bursts.silence(surprise, 3) == 50 * LEAST


@pytest.mark.parametrize("shape", [1, 2, 5, 20, 80])
@pytest.mark.parametrize("surprise", [7, 12, 20])
def test_the_tail_of_a_gamma_distribution(shape: int, surprise: int) -> None:
    """Exact where the shape is a whole number: as many Poisson events are too few."""
    found = tail(round(FINE * math.log(shape)), FINE * surprise)
    mean = found * math.exp(round(FINE * math.log(shape)) / FINE)
    chance = sum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(shape))

    assert -math.log(chance) == pytest.approx(surprise, rel=0.1)


def test_a_silence_does_not_make_itself_usual() -> None:
    """Its first hours say that nothing is sent in them, and it is due all the same."""
    rhythm = regular(1800, 200)
    due = rhythm.due(UTC)
    assert due is not None
    hour = 200
    while hour * HOUR < due:
        rhythm.end_hour(HOUR, (hour + 1) * HOUR, UTC)
        hour += 1

    later = rhythm.due(UTC)
    assert later is not None
    assert later <= hour * HOUR


def test_who_has_vanished_for_weeks_is_forgotten() -> None:
    """Anybody may invent names, and none is kept for ever."""
    watched = Watched(UTC)
    clients = {"a": Client(1, 0.0), "b": Client(1, 0.0)}
    for day in range(50):
        clients["b"] = Client(day + 1, day * 24 * HOUR)
        watched.look(day * 24 * HOUR, clients, "e", 0.0)
        watched.look(day * 24 * HOUR + HOUR, clients, "e", 0.0)

    assert watched.rhythms.keys() == {"b"}
    assert {name: bool(data) for name, data in watched.packed()} == {"a": False, "b": True}
    again = Watched(UTC)
    again.look(50 * 24 * HOUR, clients, "e", 0.0)
    assert again.rhythms.keys() == {"b"}
    again.look(50 * 24 * HOUR + 1, clients | {"a": Client(2, 50 * 24 * HOUR)}, "e", 0.0)
    assert again.rhythms.keys() == {"a", "b"}


def test_a_rhythm_is_kept_and_read_again() -> None:
    """What is read is what was written; anything else is refused."""
    rhythm = regular(60, 200)
    again = Rhythm.unpack(rhythm.pack())

    assert again.due(UTC) == rhythm.due(UTC)
    assert again.pack() == rhythm.pack()
    with pytest.raises((ValueError, struct.error)):
        Rhythm.unpack(rhythm.pack()[:-4])
    with pytest.raises(struct.error):
        Rhythm.unpack(b"")


def test_a_rhythm_that_can_t_be_read_is_learnt_anew() -> None:
    """Nobody else's is lost, and the service starts."""
    watched = Watched(UTC, {"a": b"nonsense", "b": regular(60, 30).pack()})

    assert watched.rhythms.keys() == {"b"}


def test_who_has_become_slower_is_believed_in_time() -> None:
    """Each false alarm makes the next one later, until there is none."""
    judge = Judge(DEFAULTS, "UTC", 60.0)
    fired: list[int] = []
    total = 0
    for step in range(40 * 24 * 60):
        moment = step * 60.0
        slow = step > 10 * 24 * 60
        total += step % 20 == 0 if slow else 1
        status = Status("conectado", -HOUR, "ok", 0, 0.0)
        clients = {"a": Client(total, None)}
        reading = Reading(moment, status, Counts("e", total, 0, 0, {}), clients)
        fired += [step // 1440 for alert in judge.judge(reading) if alert.resolved is None]

    assert fired
    assert max(fired) < 20
