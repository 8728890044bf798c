"""What is usual of a client is learnt from what it sent."""

import struct

import pytest

from judging.judge import Judge
from judging.readings import Client, Counts, Reading, Status
from judging.rhythm import Rhythm, factor
from judging.watched import Watched
from judging.week import HOUR, Week
from rules.rule import DEFAULTS
from tests.avisos.course import Course
from tests.avisos.weeks_of_clients import STEP, simulate

UTC = Week("UTC")
LOOKED_AT = (1, 2, 3, 4, 5, 6)  # the constants of judging/rhythm.py were chosen by these
JUDGED_BY = (101, 102)
assert not {*LOOKED_AT} & {*JUDGED_BY}


@pytest.fixture(scope="module", params=JUDGED_BY)
def course(request: pytest.FixtureRequest) -> Course:
    return Course(simulate(request.param))


def test_every_silence_is_found_in_time(course: Course) -> None:
    """Within three times the longest gap that this client usually leaves at these hours."""
    late = {
        silence: (found, usual)
        for silence in course.weeks.silences
        if (usual := course.weeks.usual_gap(silence))
        and ((found := course.found(silence)) is None or found > 3 * usual + STEP)
    }

    assert len(course.weeks.silences) == 20
    assert not late


def test_hardly_anybody_is_called_silent_in_vain(course: Course) -> None:
    """Nights, weekends, a launch, an outage and a changed clock: at most one in a week."""
    assert max(course.false_alarms()) <= 1


def test_an_outage_of_hours_is_one_alert(course: Course) -> None:
    """It says that the numbers are stale, and is over."""
    assert [alert.kind for alert in course.fired].count("datos") == 1
    assert not course.firing


def regular(gap: float, hours: int) -> Rhythm:
    """One that sent every *gap* seconds for so many hours."""
    rhythm = Rhythm(0.0)
    for hour in range(hours):
        moment = hour * HOUR
        while moment < (hour + 1) * HOUR:
            rhythm.heard(moment, 1, complete=True, week=UTC)
            moment += gap
        rhythm.end_hour(UTC.slot(hour * HOUR), HOUR, (hour + 1) * HOUR)
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
    assert factor(1e5, 1) == factor(1e5, 10)
    assert factor(1e5, 10) < factor(1e5, 500)
    assert factor(1e5, 500) < factor(1e3, 500) < factor(0, 500) < 5


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
