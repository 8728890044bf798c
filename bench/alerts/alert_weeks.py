"""Six simulated weeks of many clients, judged as the service would."""

from __future__ import annotations

import statistics

from tests.avisos.course import Course
from tests.avisos.crowd import crowd
from tests.avisos.weeks_of_clients import STEP

MOST_FALSE = 1  # in a week
LONGEST = 3.0  # times the longest usual gap at these hours


def report(seed: int, clients: int) -> bool:
    """Print what was found; return whether there were few false alarms in each week."""
    course = Course(crowd(seed, clients))
    false = course.false_alarms()
    usual = {one: course.weeks.usual_gap(one) for one in course.weeks.silences}
    found = {one: course.found(one) for one in usual}
    times = sorted(
        wait / usual[one] for one, wait in found.items() if wait is not None and usual[one]
    )
    late = sum(wait is None or wait > LONGEST * usual[one] + STEP for one, wait in found.items())
    print(f"{clients} clients, seed {seed}: {false} false alarms a week")
    print(
        f"{len(usual)} silences, {late} of them not found within {LONGEST:.0f} times the longest"
        f" usual gap; half within {statistics.median(times):.2f}, nine tenths within"
        f" {times[int(0.9 * len(times))]:.2f} times, {len(usual) - len(times)} never"
    )
    return max(false) <= MOST_FALSE
