"""
How a client usually sends, learnt from what it sent, and when it should have sent again.

Time is measured in events that were to be expected: a night in which nothing is usual is no time
at all. In this measure the gaps of a client are alike by day and by night, and their distribution
says from when on one is a silence. How sure that must be is shared by all who are watched.
"""

from __future__ import annotations

import math
import struct

from rhythms.gaps import ENOUGH, FADES, Gaps
from rhythms.usual_week import LEAP, UsualWeek
from rhythms.week import HOUR, Week

BY_CHANCE = 0.1  # false alarms in a week, of all clients together
ENOUGH_HOURS = 24
SHORTEST = 15.0  # seconds: we look only now and then
A_WEEK = 8 * 86_400.0  # with any weekend in it
SLOW = 2.4  # times the longest gap in seconds, of whom nothing better is known
BUSY = 3.0  # gaps more than usual in an hour: a launch says nothing of what is usual
_HEAD = struct.Struct("<13d")


class Rhythm:
    """Pure: whoever calls says what time it is."""

    __slots__ = (
        *("born", "count", "gaps", "last", "longest", "seen", "usual"),
        *("_missing", "_surely", "_until"),
    )

    def __init__(self, born: float) -> None:
        self.usual, self.gaps = UsualWeek(), Gaps()
        self.seen = 0.0  # gaps
        self.longest = 0.0  # the longest usual gap, in seconds
        self.count = 0.0  # events in this hour
        self.begin(born)

    def begin(self, born: float) -> None:
        """As if it were heard then for the first time, though something of it is known."""
        self.born, self.last = born, born
        # Events that were to be expected since the last one, until then. Hours are learnt when they
        # end, and a silence must not make itself usual.
        self._missing, self._surely, self._until = 0.0, 0.0, born

    @property
    def learnt(self) -> bool:
        return self.gaps.number >= ENOUGH and self.usual.known >= ENOUGH_HOURS

    @property
    def _old(self) -> bool:
        return self.seen >= ENOUGH and self.last - self.born > A_WEEK

    def heard(self, moment: float, count: int, complete: bool, week: Week, among: int = 1) -> None:
        """
        *count* events came by *moment*, and *among* so many clients it is watched.

        *complete*: nothing can have been overlooked before.
        """
        gap = moment - self.last
        if complete and gap > 0:
            self._wait(moment, week)
            self._learn_gap(gap, moment, week, among)
        self.count += count
        self.seen_at(moment)

    def seen_at(self, moment: float) -> None:
        """Something came by then, and nothing else is known of it."""
        if moment >= self.last:
            self.last = moment
            self._missing, self._surely, self._until = 0.0, 0.0, moment

    def end_hour(self, watched: float, end: float, week: Week) -> None:
        """An hour of which *watched* seconds were current is over."""
        self._wait(end, week)
        count, self.count = self.count, 0.0
        self.gaps.fade()
        self.longest *= FADES
        if watched >= HOUR / 2 and self.born <= end - HOUR:
            self.usual.learn(week.slot(end - HOUR), count * HOUR / watched, self.gaps)

    def due(self, week: Week, among: int = 1) -> float | None:
        """By when it should have sent again; None while too little is known."""
        due = None
        if self.learnt:
            due = self.usual.when(self._silence(among) - self._surely, self._until, week)
        if due is None and self._old:
            due = self.last + SLOW * self.longest
        return max(due, self.last + SHORTEST) if due is not None else None

    def go_on_from(self, seen: Rhythm) -> None:
        """With the moments of one that was learnt since the start, which knows less."""
        self.last, self.count, self._until = seen.last, seen.count, seen._until
        self.seen, self.longest = seen.seen, seen.longest
        self._missing = self._surely = 0.0

    def forget(self, moment: float) -> None:
        """Begin anew: it has been silent so long that it is not expected any more."""
        self.__init__(moment)  # type: ignore[misc]

    def pack(self) -> bytes:
        head = _HEAD.pack(
            *(self.born, self.last, self.seen, self.longest, self.count, self.usual.weeks),
            *(self._missing, self._surely, self._until),
            *self.gaps.packed,
        )
        return head + self.usual.packed()

    @classmethod
    def unpack(cls, data: bytes) -> Rhythm:
        """Raises ValueError or struct.error when *data* is none."""
        one = cls(0.0)
        one.born, one.last, one.seen, one.longest, one.count, weeks, *rest = _HEAD.unpack_from(data)
        one._missing, one._surely, one._until, *gaps = rest
        one.gaps = Gaps(*gaps)
        one.usual = UsualWeek.unpacked(data[_HEAD.size :], weeks, one.gaps)
        return one

    def _wait(self, moment: float, week: Week) -> None:
        if moment > self._until:
            self._missing += self.usual.expected(self._until, moment, week)
            self._surely += self.usual.expected(self._until, moment, week, careful=True)
            self._until = moment

    def _learn_gap(self, gap: float, moment: float, week: Week, among: int) -> None:
        self.seen += 1
        usual = self._old and gap <= SLOW * self.longest
        self.longest = max(self.longest, gap) if usual or not self._old else self.longest * 1.1
        if self.usual.known < ENOUGH_HOURS or not self.usual.knows(moment, week):
            return
        in_an_hour = self.usual.expected(moment, moment + 1, week) * HOUR
        if self.count <= LEAP * in_an_hour + BUSY * self.gaps.mean:
            long = self._missing > self.gaps.mean
            most = self._silence(among) if long and self.learnt else None
            self.gaps.add(self._missing, self._surely, most)

    def _silence(self, among: int) -> float:
        in_a_week = max(1.0, self.usual.total / self.gaps.mean)
        surprise = math.log(max(among, 1) * in_a_week / BY_CHANCE)
        return self.gaps.silence(surprise, self.usual.weeks)
