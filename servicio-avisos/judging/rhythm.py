"""
How a client usually sends, learnt from what it sent, and when it should have sent again.

Time is measured in events that were to be expected: a night in which nothing is usual is no time
at all. In this measure the gaps of a client are alike by day and by night, and the longest of them
says how irregular it is. Silence is a gap that is `factor` times as long.
"""

from __future__ import annotations

import math
import struct
from array import array

from judging.week import HOUR, HOURS, Week

LEAST_FACTOR, MARGIN = 1.7, 2.5  # what is learnt of hours and gaps is not quite right
FEW_CLIENTS, FEW_EVENTS = 10, 20.0
ENOUGH_EVENTS, ENOUGH_HOURS, ENOUGH_GAPS = 200.0, 24, 50
A_WEEK = 8 * 86_400.0  # with any weekend in it
QUIETEST = 0.1  # of the gaps are of those hours whose gaps are the longest in seconds
SHORTEST = 15.0  # seconds: we look only now and then
FARTHEST = 14 * 86_400.0
FADES = 0.999  # in an hour: half of it in a month
ALARM = 1.1  # what was an alarm is not usual, yet counts a little: a client may have changed
NEW = 0.3  # the weight of this week's hour beside the same of the weeks before
LEAP = 1.5  # no hour counts as more than so many times its usual: a launch is not the rule
UNKNOWN = -1.0
MONDAY_NOON, FRIDAY_NOON = 12, 4 * 24 + 12  # weekends lie between them wherever a client is
_HEAD = struct.Struct("<dddddqq")


def factor(expected: float, among: int) -> float:
    """
    How many times the longest usual gap a silence is, when *expected* events told that one.

    Of gaps that come at random the longest of n is about log(n) times the mean (E. J. Gumbel,
    Statistics of Extremes, 1958). Whoever watches more clients sees longer ones by chance, and
    the longest of few gaps says less.
    """
    chances = MARGIN + math.log(max(among, FEW_CLIENTS))
    return max(LEAST_FACTOR, 1 + chances / math.log(max(expected, FEW_EVENTS)))


class Rhythm:
    """Pure: whoever calls says what time it is."""

    __slots__ = (
        "_known",
        "_rates",
        "born",
        "count",
        "expected",
        "gaps",
        "last",
        "longest",
        "missed",
    )

    def __init__(self, born: float) -> None:
        self.born, self.last = born, born
        self.gaps = 0
        self.expected = 0.0  # events, in all the gaps that were measured
        self.missed = 0.0  # the most events that were missing in a usual gap
        self.longest = 0.0  # the longest usual gap, in seconds
        self.count = 0  # events in this hour
        self._rates = array("f", [UNKNOWN]) * HOURS  # events an hour
        self._known = 0

    @property
    def learnt(self) -> bool:
        return self.expected >= ENOUGH_EVENTS and self._known >= ENOUGH_HOURS

    @property
    def _old(self) -> bool:
        return self.gaps >= ENOUGH_GAPS and self.last - self.born > A_WEEK

    def heard(self, moment: float, count: int, complete: bool, week: Week, among: int = 1) -> None:
        """
        *count* events came by *moment*, and *among* so many clients it is watched.

        *complete*: nothing can have been overlooked before.
        """
        gap = moment - self.last
        if complete and gap > 0:
            self.gaps += 1
            missed = self.missing(self.last, moment, week)
            by_rate, by_gap = self._factors(among)
            self.missed = _longer(self.missed, missed, by_rate if self.learnt else None)
            self.longest = _longer(self.longest, gap, by_gap if self._old else None)
            self.expected += missed
        self.count += count
        self.last = max(self.last, moment)

    def end_hour(self, slot: int, watched: float, end: float) -> None:
        """An hour of which *watched* seconds were current is over."""
        count, self.count = self.count, 0
        self.missed *= FADES
        self.longest *= FADES
        if watched < HOUR / 2 or self.born > end - HOUR:
            return
        seen, usual = count * HOUR / watched, self._rates[slot]
        if usual == UNKNOWN:
            self._known += 1
            self._rates[slot] = seen
        else:
            self._rates[slot] = usual + NEW * (min(seen, LEAP * usual + 1) - usual)

    def due(self, week: Week, among: int = 1) -> float | None:
        """By when it should have sent again; None while too little is known."""
        by_rate, by_gap = self._factors(among)
        due = [self.last + by_gap * self.longest] if self._old else []
        if self.learnt and (soon := self._when(by_rate * max(self.missed, 1.2), week)) is not None:
            due.append(soon)
        return max(min(due), self.last + SHORTEST) if due else None

    def forget(self, moment: float) -> None:
        """Begin anew: it has been silent so long that it is not expected any more."""
        self.__init__(moment)  # type: ignore[misc]

    def pack(self) -> bytes:
        head = _HEAD.pack(
            self.born, self.last, self.missed, self.longest, self.expected, self.gaps, self._known
        )
        return head + self._rates.tobytes()

    @classmethod
    def unpack(cls, data: bytes) -> Rhythm:
        """Raises ValueError or struct.error when *data* is none."""
        one = cls(0.0)
        one.born, one.last, one.missed, one.longest, one.expected, one.gaps, one._known = (
            _HEAD.unpack_from(data)
        )
        one._rates = array("f", data[_HEAD.size :])
        if len(one._rates) != HOURS:
            raise ValueError(f"a rhythm of {len(one._rates)} hours")
        return one

    def _factors(self, among: int) -> tuple[float, float]:
        """For gaps in expected events, and for gaps in seconds."""
        return factor(self.expected, among), factor(QUIETEST * self.gaps, among)

    def _rate(self, slot: int, least: float) -> float:
        """Events a second. The least of three hours: clocks are changed, and days begin late."""
        three = (slot - 1) % HOURS, slot, (slot + 1) % HOURS
        return max(0.0, min(self._known_rate(each, least) for each in three)) / HOUR

    def _known_rate(self, slot: int, least: float) -> float:
        """Of an hour not seen yet *least*; at a weekend none: many rest then for the first time."""
        rate = self._rates[slot]
        if rate != UNKNOWN:
            return rate
        return least if MONDAY_NOON <= slot < FRIDAY_NOON else 0.0

    def _least(self) -> float:
        """What is taken for hours not known yet: the quietest of those that are."""
        if self._known == HOURS:
            return 0.0
        return min((rate for rate in self._rates if rate != UNKNOWN), default=0.0)

    def missing(self, begin: float, end: float, week: Week) -> float:
        """How many events were to be expected between the two."""
        least, found = self._least(), 0.0
        end = min(end, begin + FARTHEST)
        while begin < end:
            until = min(end, (begin // HOUR + 1) * HOUR)
            found += (until - begin) * self._rate(week.slot(begin), least)
            begin = until
        return found

    def _when(self, events: float, week: Week) -> float | None:
        """When so many were to be expected since the last one."""
        least, begin = self._least(), self.last
        while begin < self.last + FARTHEST:
            until = (begin // HOUR + 1) * HOUR
            rate = self._rate(week.slot(begin), least)
            if (until - begin) * rate >= events:
                return begin + events / rate
            events -= (until - begin) * rate
            begin = until
        return None


def _longer(longest: float, gap: float, silent: float | None) -> float:
    """The longest usual gap, now that there was this one, which is none from *silent* times on."""
    if silent is not None and gap > silent * longest:
        return longest * ALARM
    return max(longest, gap)
