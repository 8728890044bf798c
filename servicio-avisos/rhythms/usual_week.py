"""
How many events are usual of a client in each hour of the week.

Who sends rarely shows little in one hour of one week, so its hours are told by those that are like
them: the same hour of the other days, the hours beside it, and how much its day has of all. Where
an hour is plainly unlike them, and the more the more was counted in it, it is told by itself.
"""

from __future__ import annotations

from array import array

from rhythms.gaps import Gaps
from rhythms.week import HOUR, HOURS, Week

UNKNOWN = -1.0
NEW = 0.25  # the weight of this week's hour beside the same of the weeks before, or more at first
LEAP, AT_LEAST = 1.5, 3.0  # no hour counts as more than so many times its usual and so many gaps
SHARP, STEEP = 1.4, 8.0  # times as much as in the hour beside it: the rest may be late, or all
WEEKS = 3.5  # which are remembered
UNLIKE = 9.0  # the square of how many deviations
ALIKE = 100.0  # gaps that an hour must hold to be told by itself as much as by those like it
BESIDE = 2  # hours
FARTHEST = 14 * 86_400.0
MONDAY_NOON, FRIDAY_NOON = 12, 4 * 24 + 12  # weekends lie between them wherever a client is
DAY = 24
KINDS = (range(5), range(5, 7))  # days of the week


class UsualWeek:
    __slots__ = ("_days", "_least", "_own", "_profiles", "_usual", "known", "total", "weeks")

    def __init__(self) -> None:
        self.known = 0  # hours
        self.weeks = 0.0  # that were watched
        self.total = 0.0  # events in a week, as far as it is known
        self._least = 0.0  # in any hour that was seen
        self._own = array("f", [UNKNOWN]) * HOURS  # events an hour
        self._usual = array("f", self._own)
        self._profiles = array("f", [UNKNOWN]) * (len(KINDS) * DAY)  # of a day of each kind
        self._days = array("f", [1.0]) * 7  # how much each has of its kind's profile

    def learn(self, slot: int, seen: float, gaps: Gaps) -> None:
        """An hour with *seen* events is over."""
        own = self._own[slot]
        if own == UNKNOWN:
            self.known += 1
            self._own[slot] = seen
        else:
            most = LEAP * own + AT_LEAST * gaps.mean
            self._own[slot] = own + max(NEW, 1 / (1 + self.weeks)) * (min(seen, most) - own)
        self.weeks += 1 / HOURS
        self._learn_profile(slot)
        self._learn_hour(slot % DAY, gaps)
        self._sum_up()

    def expected(self, begin: float, end: float, week: Week, careful: bool = False) -> float:
        """How many events were to be expected between the two. *careful*: at least so many."""
        found = 0.0
        end = min(end, begin + FARTHEST)
        while begin < end:
            until = min(end, (begin // HOUR + 1) * HOUR)
            slot = week.slot(begin)
            found += (until - begin) * (self._careful(slot) if careful else self._plain(slot))
            begin = until
        return found / HOUR

    def when(self, events: float, begin: float, week: Week) -> float | None:
        """When at least so many were to be expected since *begin*."""
        end = begin + FARTHEST
        while begin < end:
            until = (begin // HOUR + 1) * HOUR
            rate = self._careful(week.slot(begin)) / HOUR
            if (until - begin) * rate >= events:
                return begin + max(0.0, events) / rate if rate else begin
            events -= (until - begin) * rate
            begin = until
        return None

    def packed(self) -> bytes:
        return self._own.tobytes()

    @classmethod
    def unpacked(cls, data: bytes, weeks: float, gaps: Gaps) -> UsualWeek:
        """Raises ValueError."""
        one = cls()
        one.weeks, one._own = weeks, array("f", data)
        if len(one._own) != HOURS:
            raise ValueError(f"a week of {len(one._own)} hours")
        for slot, own in enumerate(one._own):
            if own != UNKNOWN:
                one.known += 1
                one._learn_profile(slot)
        for hour in range(DAY):
            one._learn_hour(hour, gaps)
        one._sum_up()
        return one

    def knows(self, moment: float, week: Week) -> bool:
        """Whether this hour was seen, of this day or another of its kind."""
        return self._usual[week.slot(moment)] != UNKNOWN

    def _careful(self, slot: int) -> float:
        """Not much more than in the hours beside it: clocks are changed, and days begin late."""
        here = self._seen(slot)
        least = min(self._seen(slot - 1), self._seen((slot + 1) % HOURS))
        return min(here, SHARP * least) if least > here / STEEP else 0.0

    def _seen(self, slot: int) -> float:
        """Of an hour not seen yet the least of all; at a weekend none: many rest then."""
        if self._own[slot] != UNKNOWN:
            return self._usual[slot]
        if MONDAY_NOON <= slot % HOURS < FRIDAY_NOON:
            return self._least
        return 0.0

    def _plain(self, slot: int) -> float:
        return max(0.0, self._usual[slot])

    def _sum_up(self) -> None:
        """Once an hour: both are asked for at each gap and each look."""
        self.total = sum(rate for rate in self._usual if rate > 0)
        self._least = min((each for each in self._own if each != UNKNOWN), default=0.0)

    def _learn_profile(self, slot: int) -> None:
        day, hour = divmod(slot, DAY)
        kind = day // 5
        own = [self._own[each * DAY + hour] for each in KINDS[kind]]
        seen = [each for each in own if each != UNKNOWN]
        self._profiles[kind * DAY + hour] = sum(seen) / len(seen)
        here = there = 0.0
        profile = self._profiles[kind * DAY : (kind + 1) * DAY]
        for rate, usual in zip(self._own[day * DAY : (day + 1) * DAY], profile, strict=True):
            if rate != UNKNOWN:
                here += rate
                there += usual
        self._days[day] = here / there if there else 1.0

    def _learn_hour(self, hour: int, gaps: Gaps) -> None:
        """This hour of each day, now that one of them is known better."""
        weeks = min(self.weeks + 0.5, WEEKS)
        seen, noise = weeks / gaps.mean, gaps.noise  # gaps seen for each event an hour
        for kind, days in enumerate(KINDS):
            if self._profiles[kind * DAY + hour] == UNKNOWN:
                continue
            profile = self._profile(kind * DAY, hour, seen * len(days), noise)
            for day in days:
                slot = day * DAY + hour
                own, like = self._own[slot], profile * self._days[day]
                known = own != UNKNOWN
                usual = blended(own * seen, like * seen, noise) / seen if known else like
                self._usual[slot] = usual

    def _profile(self, first: int, hour: int, seen: float, noise: float) -> float:
        """Of a kind of day at this hour, and at those beside it while they are like it."""
        own = self._profiles[first + hour]
        found, among = own, 1
        for way in (-1, 1):
            for far in range(1, BESIDE + 1):
                other = self._profiles[first + (hour + way * far) % DAY]
                unlike = (own - other) ** 2 * seen > UNLIKE * noise * (own + other)
                if other == UNKNOWN or unlike:
                    break
                found += other
                among += 1
        return found / among


def blended(own: float, like: float, noise: float) -> float:
    """Of *own* gaps that were seen and those that hours *like* it had."""
    if (own - like) ** 2 > UNLIKE * noise * max(like, 1.0):
        return own
    share = like / (like + ALIKE * noise)
    return share * own + (1 - share) * like
