"""Who is to be told what, from what they were told before."""

from dataclasses import replace

import pytest

from judging.alarms import Alert
from keeping.alert_store import Mute, Told
from telling.due import Due, due

T = 1_790_000_000.0
FIRES = Alert("a", "silencio", "silencio", "web", T, T, 30, 30, about="cliente")
OVER = replace(FIRES, resolved=T + 60)


def phases(
    alert: Alert,
    told: Told | None,
    *,
    now: float = T + 70,
    repeat: float | None = None,
    mute: Mute | None = None,
) -> list[str]:
    known = {} if told is None else {("a", "guard"): told}
    found = due([alert], known, "guard", repeat, [mute] if mute else [], [], now)
    return [each.phase for each in found]


def test_once_on_firing_and_once_when_it_is_over() -> None:
    """Whoever was told all is told no more."""
    assert phases(FIRES, Told(0)) == ["fires"]
    assert phases(FIRES, Told(1)) == []
    assert phases(OVER, Told(1)) == ["over"]
    assert phases(OVER, Told(2)) == []


def test_what_is_over_before_anybody_could_be_told_is_one_message() -> None:
    """A receiver that was down learns both."""
    assert phases(OVER, Told(0)) == ["both"]


def test_nobody_is_told_whom_it_does_not_concern() -> None:
    """No note for a receiver, no message."""
    assert phases(FIRES, None) == []
    assert phases(OVER, None) == []


def test_a_reminder_when_it_lasts() -> None:
    """As often as the channel says, from the last message on."""
    told = Told(1, at=T)

    assert phases(FIRES, told, now=T + 99, repeat=100) == []
    assert phases(FIRES, told, now=T + 100, repeat=100) == ["still"]
    assert phases(FIRES, told, now=T + 1e6) == []


@pytest.mark.parametrize(
    ("mute", "expected"),
    [
        (Mute(T + 99), []),
        (Mute(T + 99, "silencio"), []),
        (Mute(T + 99, client="w*"), []),
        (Mute(T + 99, "otra"), ["fires"]),
        (Mute(T + 99, "silencio", "app"), ["fires"]),
    ],
)
def test_a_mute_holds_what_it_means(mute: Mute, expected: list[str]) -> None:
    """By rule, by client, by both, or all."""
    assert phases(FIRES, Told(0), mute=mute) == expected


def test_a_client_s_mute_holds_nothing_else() -> None:
    """A type of events may be called as a client is; stale numbers are nobody's."""
    clicks = replace(FIRES, subject="web", about="evento")
    stale = replace(FIRES, kind="datos", subject="", about="")

    assert phases(clicks, Told(0), mute=Mute(T + 99, client="web")) == ["fires"]
    assert phases(stale, Told(0), mute=Mute(T + 99, client="*")) == ["fires"]


def test_nobody_is_told_of_the_day_before_yesterday() -> None:
    """What is over for a day reaches nobody any more, so that no queue grows."""
    assert phases(OVER, Told(1), now=T + 60 + 86_401) == []
    assert phases(FIRES, Told(0), now=T + 60 + 86_401) == ["fires"]


def test_a_repeat_says_so() -> None:
    """Where a message was on its way when the service was killed."""
    found = due([FIRES], {("a", "guard"): Told(0, True)}, "guard", None, [], [("a", "guard")], T)

    assert found == [Due(FIRES, "fires", repeated=True)]
