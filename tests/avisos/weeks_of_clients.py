"""Six weeks of a small company's clients, with all that happens to them, from a seed."""

from __future__ import annotations

import bisect
import datetime
import random
import zoneinfo
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from judging.readings import Client, Counts, Reading, Status

ZONE = zoneinfo.ZoneInfo("Europe/Madrid")
DAY, HOUR = 86_400.0, 3600.0
STEP = 20.0  # seconds between two readings
SPRING = datetime.datetime(2026, 3, 2, tzinfo=ZONE).timestamp()  # clocks are changed on 29 March
AUTUMN = datetime.datetime(2026, 9, 28, tzinfo=ZONE).timestamp()  # and on 25 October
WEEKS = 6

Rate = Callable[[float], float]
"""Events a second at a moment."""


class Silence(NamedTuple):
    client: str
    begin: float
    end: float


def local(moment: float) -> tuple[int, float]:
    """Day of the week and hour, where the company is."""
    there = datetime.datetime.fromtimestamp(moment, ZONE)
    return there.weekday(), there.hour + there.minute / 60


def always(gap: float) -> Rate:
    return lambda _: 1 / gap


def office(gap: float) -> Rate:
    def rate(moment: float) -> float:
        day, hour = local(moment)
        return 1 / gap if day < 5 and 9 <= hour < 18 else 0.0

    return rate


def shop(gap: float) -> Rate:
    def rate(moment: float) -> float:
        day, hour = local(moment)
        return (0.5 if day >= 5 else 1.0) / gap if 8 <= hour < 22 else 0.0

    return rate


def weekdays(gap: float) -> Rate:
    return lambda moment: 1 / gap if local(moment)[0] < 5 else 0.0


def waves(gap: float) -> Rate:
    """Five times as much in the afternoon as at night."""

    def rate(moment: float) -> float:
        _, hour = local(moment)
        return (1 - 0.8 * abs(hour - 15) / 15) / gap

    return rate


def launched(rate: Rate, begin: float) -> Rate:
    """Eight times as much for a day, and half more ever after."""

    def more(moment: float) -> float:
        if moment < begin:
            return rate(moment)
        return rate(moment) * (8 if moment < begin + DAY else 1.5)

    return more


@dataclass(frozen=True)
class Habit:
    """*jitter* None: at random, as people do; else like a clock, this part of a gap off."""

    rate: Rate
    jitter: float | None = None
    burst: int = 1


@dataclass
class Weeks:
    """
    What each client sent, and what befell it.

    In the *outage* nothing is counted; what was sent in it is counted afterwards.
    """

    begin: float
    seed: int
    outage: tuple[float, float] = (0.0, 0.0)
    silences: list[Silence] = field(default_factory=list)
    habits: dict[str, Habit] = field(default_factory=dict)
    events: dict[str, Sequence[float]] = field(default_factory=dict)

    @property
    def end(self) -> float:
        return self.begin + WEEKS * 7 * DAY

    def readings(self) -> Iterator[Reading]:
        """As the service reads them."""
        totals = dict.fromkeys(self.events, 0)
        clients: dict[str, Client] = {}
        moment = self.begin
        while moment < self.end:
            moment += STEP
            if self.outage[0] <= moment < self.outage[1]:
                yield Reading(moment)
                continue
            for name, times in self.events.items():
                at = totals[name]
                burst = self.habits[name].burst
                while at < len(times) and times[at] <= moment:
                    at += 1
                if at != totals[name]:
                    totals[name] = at
                    clients[name] = Client(at * burst, float(int(times[at - 1])))
            status = Status("conectado", self.begin - DAY, "ok", 0, 0.0)
            counts = Counts("e", sum(totals.values()), 0, 0, {})
            yield Reading(moment, status, counts, clients)

    def usual_gap(self, silence: Silence) -> float:
        """The longest gap of three weeks before, where its client is at work, at these hours."""
        rate = self.habits[silence.client].rate
        begin = silence.begin - 21 * DAY
        times = self.events[silence.client]
        first, last = bisect.bisect(times, begin), bisect.bisect(times, silence.begin)
        hour = local(silence.begin)[1]
        gaps = [
            after - before
            for before, after in zip(times[first : last - 1], times[first + 1 : last], strict=True)
            if (local(before)[1] - hour) % 24 < 3
            and all(rate(before + (after - before) * i / 8) > 0 for i in range(9))
            and not self._befell(silence.client, before, after)
        ]
        return max(gaps, default=0.0)

    def _befell(self, client: str, begin: float, end: float) -> bool:
        return any(
            one.client == client and begin < one.end and one.begin < end for one in self.silences
        )


def simulate(seed: int) -> Weeks:
    """The same seed, the same weeks. Even ones see the clocks go forward, odd ones back."""
    lot = random.Random(seed)  # noqa: S311
    weeks = Weeks(AUTUMN if seed % 2 else SPRING, seed)
    launch = weeks.begin + lot.uniform(9, 30) * DAY
    weeks.habits = {
        "sonda": Habit(always(30), 0.1),
        "web": Habit(always(20)),
        "oficina": Habit(office(40)),
        "cada_hora": Habit(always(HOUR), 0.01),
        "tienda": Habit(shop(60)),
        "lento": Habit(always(20 * 60)),
        "laborable": Habit(weekdays(300), 0.05),
        "lotes": Habit(always(15 * 60), 0.1, burst=50),
        "olas": Habit(waves(20)),
        "lanzado": Habit(launched(shop(45), launch)),
    }
    begin = weeks.begin + lot.uniform(21, 27) * DAY
    weeks.outage = (begin, begin + lot.uniform(0.5, 3) * HOUR)
    weeks.silences = list(silences_of(weeks, lot))
    for name, habit in weeks.habits.items():
        weeks.events[name] = events_of(weeks, name, habit, lot)
    return weeks


def silences_of(weeks: Weeks, lot: random.Random) -> Iterator[Silence]:
    """Two for each client, in the last three weeks, at an hour and on a day when it works."""
    for name, habit in weeks.habits.items():
        for week in lot.sample((3, 4, 5), 2):
            while True:
                begin = weeks.begin + (week * 7 + lot.uniform(0, 6)) * DAY
                end = begin + max(2 * HOUR, 40 / (habit.rate(begin) or 1))
                clear = end < weeks.outage[0] or begin > weeks.outage[1] + 6 * HOUR
                works = all(habit.rate(begin + i * HOUR / 2) > 0 for i in range(-3, 8))
                if clear and works:
                    yield Silence(name, begin, end)
                    break


def events_of(weeks: Weeks, name: str, habit: Habit, lot: random.Random) -> Sequence[float]:
    times = array("d")
    moment = weeks.begin
    silent = [(one.begin, one.end) for one in weeks.silences if one.client == name]
    while moment < weeks.end:
        rate = habit.rate(moment)
        if rate == 0:
            moment += 60
            continue
        gap = lot.expovariate(1) if habit.jitter is None else 1 + lot.uniform(-1, 1) * habit.jitter
        moment += gap / rate
        if habit.rate(moment) > 0 and not any(begin <= moment < end for begin, end in silent):
            times.append(moment)
    return times
