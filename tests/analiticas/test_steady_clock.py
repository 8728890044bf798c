import pytest

from history.steady_clock import PATIENCE, Moment, SteadyClock

NOW, DAY = 1_795_503_600.0, 86_400.0


@pytest.mark.parametrize("step", [-30.0, 0.0, 30.0])
def test_a_near_clock_is_followed(step: float) -> None:
    """The corrections of a time service are followed, forwards and backwards."""
    clock = SteadyClock(NOW, 0.0)

    shown = [clock.read(NOW + running + step, running).steady for running in (1.0, 2.0, 1e6)]

    assert shown == [NOW + running + step for running in (1.0, 2.0, 1e6)]


@pytest.mark.parametrize("jump", [-400 * DAY, -3600.0, 61.0, 400 * DAY])
def test_a_clock_that_is_wrong_for_a_while_moves_nothing(jump: float) -> None:
    """While the wall clock is elsewhere this one runs on, and what either shows is told."""
    clock = SteadyClock(NOW, 0.0)

    moments = [clock.read(NOW + at + jump, at) for at in (1.0, 10.0, PATIENCE - 1)]
    back = clock.read(NOW + PATIENCE, PATIENCE)

    assert [m.steady for m in moments] == [NOW + at for at in (1.0, 10.0, PATIENCE - 1)]
    assert {(m.earliest, m.latest) for m in moments} == {tuple(sorted(m[:2])) for m in moments}
    assert back == (NOW + PATIENCE, NOW + PATIENCE, 0)


def test_a_clock_that_stays_is_believed() -> None:
    """A clock that was set right, or the time that a machine was off, is believed after a while."""
    clock = SteadyClock(NOW, 0.0)

    unsure = [clock.read(NOW + DAY + at, at).steady for at in (0.0, PATIENCE - 1)]
    sure = clock.read(NOW + DAY + PATIENCE, PATIENCE).steady

    assert unsure == [NOW, NOW + PATIENCE - 1]
    assert sure == NOW + DAY + PATIENCE


def test_short_runs_add_up() -> None:
    """A machine that is off every day, and on for less than PATIENCE, is believed as well."""
    moment, behind = Moment(NOW, NOW), []
    for day in range(1, 5):
        clock = SteadyClock(moment.steady, 0.0, moment.waited)
        for at in (0.0, PATIENCE / 2):
            moment = clock.read(NOW + day * DAY + at, at)
        behind.append(moment.wall > moment.steady)

    assert behind == [True, False, True, False]


def test_a_jump_begins_the_waiting_anew() -> None:
    """What was waited in an earlier process says nothing for a clock that jumps in this one."""
    clock = SteadyClock(NOW, 0.0, PATIENCE - 10)

    at_first = clock.read(NOW + DAY, 0.0)
    later = [clock.read(NOW + 9 * DAY + at, at) for at in (5.0, 30.0)]

    assert at_first.waited == PATIENCE - 10
    assert [m.steady for m in later] == [NOW + 5, NOW + 30]
    assert [m.waited for m in later] == [0, 25]


def test_a_clock_that_jumps_about_is_not_believed() -> None:
    """It is time in one and the same place that convinces."""
    clock = SteadyClock(NOW, 0.0)

    shown = [clock.read(NOW + at + (at // 1000) * DAY, at).steady for at in range(1000, 9000, 500)]

    assert shown == [NOW + at for at in range(1000, 9000, 500)]
