"""From which level a question is answered, and in which steps."""

import pytest

from history.history import Retention
from history.levels import Level, levels
from history.query import HistoryQuery
from history.window import window_of
from tests.history_questions import DAY, HOUR, NOW

SECONDS, MINUTES, FIVE_MINUTES, HOURS = levels(Retention())


@pytest.mark.parametrize(
    ("level", "step"),
    [(SECONDS, 1), (MINUTES, 120), (FIVE_MINUTES, 900), (HOURS, 6 * HOUR)],
)
@pytest.mark.parametrize("after", [0, 0.001, 1, 59.5, 3599, 4 * DAY - 1])
def test_what_is_kept_can_be_asked_for_at_any_moment(level: Level, step: int, after: float) -> None:
    """A window as long as a level's retention, that ends now, is answered from that level."""
    window = window_of(HistoryQuery(level.kept, step), levels(Retention()), NOW + after)

    assert window.level == level


@pytest.mark.parametrize(
    ("length", "step"),
    [
        *((60, 1), (900, 1), (HOUR, 60), (DAY, 60)),
        *((48 * HOUR, 300), (5 * DAY, 300), (15 * DAY, 900), (30 * DAY, HOUR)),
    ],
)
def test_the_usual_step(length: int, step: int) -> None:
    """Without a step, an answer has the finest usual one that is kept and fits into 1500 points."""
    assert window_of(HistoryQuery(length), levels(Retention()), NOW).step == step


@pytest.mark.parametrize(
    ("kept", "seconds"),
    [
        (Retention(), 15 * DAY),
        (Retention(hours=24), DAY),
        (Retention(minutes=30 * 24 * 60), 30 * DAY),
        (Retention(five_minutes=12), 2 * DAY),
    ],
)
def test_five_minutes_reach_between_minutes_and_hours(kept: Retention, seconds: int) -> None:
    """Settings that were made when there was no such level stay right."""
    assert levels(kept)[2].kept == seconds


@pytest.mark.parametrize("now", [NOW - 1, NOW - 0.5, NOW - 0.001, NOW])
def test_the_window_ends_with_the_step_that_is_running(now: float) -> None:
    """`hasta` is rounded up to a whole step, so the last point is the one still growing."""
    window = window_of(HistoryQuery(900, 60), levels(Retention()), now)

    assert (window.start, window.end) == (NOW - 900, NOW)
