"""
What a client's stored history says of its rhythm, so that nobody is learnt who is known already.

Hours say how much is usual at each hour of the week. Gaps come from finer steps, in which an event
may have happened at any moment: they are right to a step or so.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from rhythms.rhythm import Rhythm
from rhythms.week import HOUR, HOURS, Week

SHARE = 0.1  # of what is usual of all clients together: an hour with less was an outage
SILENCE = 1.7  # times the next shorter gap
SURE = 0.9  # of the gaps: so many are usual, whatever the longest of them say
WEEKS = 3  # without so many nobody can tell an outage from a quiet hour


class Steps(NamedTuple):
    """How many events there were in each step of so many seconds, from *begin* on."""

    begin: float
    step: float
    points: Sequence[int]


class Past(NamedTuple):
    """
    One client's hours beside those of all, and finer steps up to the same end.

    *fine* is None for who sends all the time: its gaps are soon learnt.
    """

    client: str
    hours: Steps
    fine: Steps | None
    everybody: Steps


def rhythm_of(past: Past, week: Week) -> Rhythm | None:
    """None for who sent nothing."""
    begin, _, points = past.hours
    first = next((i for i, n in enumerate(points) if n), None)
    if first is None:
        return None
    away = outages(past.everybody, week)
    rhythm = Rhythm(begin + first * HOUR + 1)  # that hour was not a whole one
    for hour, count in enumerate(points[first:], int(begin // HOUR) + first):
        watched = 0.0 if hour in away else HOUR
        rhythm.count = count
        rhythm.end_hour(watched, (hour + 1) * HOUR, week)
    rhythm.begin(begin + len(points) * HOUR)
    if past.fine is not None:
        usual = rhythm.usual
        gaps = [usual.expected(*gap, week) for gap in _gaps(past.fine, away)]
        longest = _longest_usual(sorted(gaps))
        for gap in gaps:
            rhythm.gaps.add(min(gap, longest), min(gap, longest), None)
    return rhythm


def outages(everybody: Steps, week: Week) -> set[int]:
    """The hours since 1970 in which all clients together had hardly anything."""
    first = int(everybody.begin // HOUR)
    hours = dict(enumerate(everybody.points, first))
    if len(hours) < WEEKS * HOURS:
        return set()
    by_slot: dict[int, list[int]] = {}
    for hour, count in hours.items():
        by_slot.setdefault(week.slot(hour * HOUR), []).append(count)
    usual = {slot: sorted(counts)[len(counts) // 2] for slot, counts in by_slot.items()}
    return {hour for hour, count in hours.items() if count < SHARE * usual[week.slot(hour * HOUR)]}


def _longest_usual(gaps: Sequence[float]) -> float:
    """From the first that would have been an alarm on, none is usual."""
    sure = int(SURE * (len(gaps) - 1))
    for before, gap in zip(gaps[sure:], gaps[sure + 1 :], strict=False):
        if gap > SILENCE * max(1.0, before):
            return before
    return gaps[-1] if gaps else 0.0


def _gaps(fine: Steps, away: Container[int]) -> Iterator[tuple[float, float]]:
    """From the last event of a step to the first of the next that has any, as they lie mostly."""
    last: float | None = None
    for i, count in enumerate(fine.points):
        begin = fine.begin + i * fine.step
        if int(begin // HOUR) in away:
            last = None
        if not count:
            continue
        if last is not None:
            yield last, begin + fine.step / (count + 1)
        last = begin + fine.step * count / (count + 1)
