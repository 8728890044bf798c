"""The order in which rows run side by side."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.lanes import Plan, Run
from tests.faults.row import Pace
from tests.faults.table import ROWS


def runs(*paces: Pace) -> list[Run]:
    return [Run(n, replace(ROWS[0], pace=pace), n, "short") for n, pace in enumerate(paces)]


def test_nothing_runs_beside_a_row_that_states_a_rate() -> None:
    """The second lane gets nothing until lane 0 has taken all that must not be disturbed."""
    busy, quiet, idle = runs(Pace.BUSY, Pace.UNDISTURBED, Pace.IDLE)
    plan = Plan([busy, quiet, idle], lanes=2)

    assert not plan.side_by_side
    assert plan.next_for(1) is None
    assert plan.next_for(0) == quiet
    assert plan.side_by_side


def test_busy_rows_run_beside_idle_ones() -> None:
    """Each lane takes its own kind first, in order, then the last of the other kind."""
    busy = runs(*[Pace.BUSY] * 3)
    idle = runs(Pace.IDLE)
    plan = Plan([*busy, *idle], lanes=2)

    taken = [plan.next_for(lane) for lane in (0, 1, 1, 0, 0)]

    assert taken == [busy[0], idle[0], busy[2], busy[1], None]


def test_one_lane_runs_everything() -> None:
    """With JOBS=1 lane 0 takes all, and no second one is wanted."""
    plan = Plan(runs(Pace.IDLE, Pace.BUSY), lanes=1)

    assert not plan.side_by_side
    assert {run.number for run in (plan.next_for(0), plan.next_for(0)) if run} == {0, 1}
