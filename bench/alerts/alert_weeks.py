"""Six simulated weeks of many clients, judged as the service would."""

from __future__ import annotations

import statistics

from tests.avisos.course import TIMES, USUAL, Course
from tests.avisos.crowd import crowd
from tests.avisos.weeks_of_clients import simulate

MOST_FALSE = 1  # in a week
P99 = 100.0  # of so many gaps one is longer


def report(seed: int, clients: int) -> bool:
    """Print what was found; return whether few alarms were false in each week, and none late."""
    course = Course(crowd(seed, clients) if clients else simulate(seed))
    false, late, waits = course.false_alarms(), course.late(), course.waits()
    habits = course.weeks.habits
    times = sorted(
        wait / habits[one.client].longest(USUAL) for one, wait in waits.items() if wait is not None
    )
    print(f"{len(habits)} clients, seed {seed}: {false} false alarms a week")
    print(
        f"{len(waits)} silences, {len(waits) - len(late)} of them found within {TIMES:.0f} times"
        f" the gap that one of {USUAL:,.0f} exceeds"
        f" ({len(waits) - len(course.late(P99))}: that one of {P99:.0f} exceeds);"
        f" half within {statistics.median(times):.2f}, all but a fiftieth within"
        f" {times[int(0.98 * len(times))]:.2f} times, {len(waits) - len(times)} never"
    )
    for one, wait in late.items():
        what = "never" if wait is None else f"after {wait:.1f} gaps"
        print(f"  late: {one.client} {what}")
    return max(false) <= MOST_FALSE and not late
