"""History while the machine's clock is wrong: what it keeps, and what it says that it lacks."""

from typing import Any

import pytest

from database.connection import Connection
from history.history import History
from history.steady_clock import Moment
from tests.history_questions import DAY, HOUR, NOW, ask, moment, whole

YEAR: dict[str, Any] = {"ventana": 364 * DAY, "paso": DAY}
FORTNIGHT: dict[str, Any] = {"ventana": 14 * DAY, "paso": 900}


def wrong(jump: int, now: int = NOW) -> Moment:
    """The wall clock is elsewhere, the steady one is not."""
    return Moment(now + jump, now)


@pytest.fixture(name="kept")
def _kept(history: History) -> History:
    """900 events in seconds, minutes and hours."""
    history.fold({("web", "clic", NOW - 1 - i): 1 for i in range(900)}, moment(NOW))
    return history


@pytest.mark.parametrize("jump", [-400 * DAY, -HOUR, HOUR, 3 * DAY, 400 * DAY])
def test_a_wrong_clock_deletes_nothing(db: Connection, kept: History, jump: int) -> None:
    """What was there before, and what is counted meanwhile, is there when the clock is right."""
    for step in range(9):
        kept.prune(wrong(jump, NOW + step))
        kept.fold({("web", "clic", NOW + step): 1}, wrong(jump, NOW + step))
    later = NOW + 9

    for history in (kept, History(db)):
        assert whole(history, later, ventana=5) == [1] * 5
        assert sum(whole(history, later, ventana=HOUR, paso=60)) == 909
        answer = ask(history, later, por="total", **YEAR)
        assert (answer["series"][0]["total"], answer["completo"]) == (909, True)
        assert answer["recortados"] == {"futuros": 0, "antiguos": 0}


def test_events_that_were_dated_by_a_wrong_clock_are_told(kept: History) -> None:
    """They lie where nobody looks for a year; so the sum of hours and clipped stays the total."""
    kept.fold({("web", "clic", NOW + 400 * DAY): 7}, wrong(400 * DAY))

    answer = ask(kept, por="total", **YEAR)

    assert answer["series"][0]["total"] == 900
    assert answer["recortados"] == {"futuros": 7, "antiguos": 0}


def test_what_a_clock_deleted_that_was_believed_is_told(db: Connection, kept: History) -> None:
    """A clock that was wrong for long: answers that lack something say up to when, no others."""
    ahead = NOW + 400 * DAY
    kept.prune(moment(ahead))
    back = NOW + 2 * HOUR
    kept.fold({("web", "clic", back): 5}, moment(back))

    for history in (kept, History(db)):
        lacking = ask(history, back + 61, **YEAR)
        since = ask(history, back + 61, ventana=60)

        assert not lacking["completo"]
        assert lacking["falta_antes_de"] == "2026-11-24T09:00:01.000Z"
        assert (since["completo"], since["falta_antes_de"]) == (True, None)


def test_the_usual_pruning_leaves_answers_complete(kept: History) -> None:
    """What is deleted in its time is missed by no window that can be asked for."""
    for hours in range(0, 100, 7):
        kept.prune(moment(NOW + hours * HOUR))

        for query in ({"ventana": 900}, {"ventana": 48 * HOUR, "paso": 120}, FORTNIGHT, YEAR):
            answer = ask(kept, NOW + hours * HOUR, **query)
            assert (answer["completo"], answer["falta_antes_de"]) == (True, None)


def test_a_store_remembers_its_clock(db: Connection, kept: History) -> None:
    """A restart under a wrong clock starts from what the clock showed when it last wrote."""
    kept.prune(wrong(400 * DAY, NOW + HOUR)._replace(waited=3000))

    wall = NOW + 400 * DAY
    clock = History(db).clock(wall, 0.0)

    assert clock.read(wall + 5, 5.0).steady == NOW + HOUR + 5
    assert clock.read(wall + 600, 600.0).steady == wall + 600
