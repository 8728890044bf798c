"""Six weeks of a small company's clients, with all that happens to them, from a seed."""

from __future__ import annotations

import datetime
import heapq
import math
import random
import statistics
import zoneinfo
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from judging.readings import Client, Counts, Reading, Status

ZONE = zoneinfo.ZoneInfo("Europe/Madrid")
DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
STEP = 20.0  # seconds between two readings
SPRING = datetime.datetime(2026, 3, 2, tzinfo=ZONE).timestamp()  # clocks are changed on 29 March
AUTUMN = datetime.datetime(2026, 9, 28, tzinfo=ZONE).timestamp()  # and on 25 October
WEEKS = 6
MISSING = 40.0  # events in a silence: twice what three times the longest of 1,000 gaps is
TRIES = 200

Rate = Callable[[float], float]
"""Events a second at a moment."""


class Silence(NamedTuple):
    client: str
    begin: float
    end: float


def local(moment: float) -> tuple[int, float]:
    """Day of the week and hour, where the company is."""
    return _local(int(moment // MINUTE))


@lru_cache(maxsize=100_000)
def _local(minute: int) -> tuple[int, float]:
    there = datetime.datetime.fromtimestamp(minute * MINUTE, ZONE)
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

    def longest(self, of: float) -> float:
        """The gap that only one *of* so many exceeds, in mean gaps at that hour."""
        return math.log(of) if self.jitter is None else 1 + self.jitter * (1 - 2 / of)


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
        clients: dict[str, Client] = {}
        counted = dict.fromkeys(self.events, 0)
        coming = [(times[0], name) for name, times in self.events.items() if times]
        heapq.heapify(coming)
        total, moment = 0, self.begin
        status = Status("conectado", self.begin - DAY, "ok", 0, 0.0)
        while moment < self.end:
            moment += STEP
            if self.outage[0] <= moment < self.outage[1]:
                yield Reading(moment)
                continue
            while coming and coming[0][0] <= moment:
                at, name = coming[0]
                counted[name] += 1
                total += 1
                clients[name] = Client(counted[name] * self.habits[name].burst, float(int(at)))
                times = self.events[name]
                if counted[name] < len(times):
                    heapq.heapreplace(coming, (times[counted[name]], name))
                else:
                    heapq.heappop(coming)
            yield Reading(moment, status, Counts("e", total, 0, 0, {}), clients)

    def missed(self, client: str, begin: float, end: float) -> float:
        """Events that were to be expected between the two at the pace of three weeks before."""
        step = min(MINUTE, (end - begin) / 8)
        return sum(
            self._pace(client, begin + (i + 0.5) * step) * step
            for i in range(round((end - begin) / step))
        )

    def _pace(self, client: str, moment: float) -> float:
        rate = self.habits[client].rate
        return statistics.median(rate(moment - week * 7 * DAY) for week in (1, 2, 3))


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
    """Two for each client, in the last three weeks."""
    for name, habit in weeks.habits.items():
        found: Sequence[Silence] = ()
        while len(found) < 2:  # the first may have left no room for the second
            found = list(_planted(weeks, name, habit.rate, lot))
        yield from found


def _planted(weeks: Weeks, name: str, rate: Rate, lot: random.Random) -> Iterator[Silence]:
    """At an hour and on a day when it works, apart from what else befalls it."""
    befell = [(weeks.outage[0], weeks.outage[1] + 6 * HOUR)]
    for week in lot.sample((3, 4, 5), 2):
        for _ in range(TRIES):
            begin = weeks.begin + (week * 7 + lot.uniform(0, 6)) * DAY
            end = silent_until(rate, begin)
            apart = all(end < before or begin > after for before, after in befell)
            works = all(rate(begin + i * HOUR / 2) > 0 for i in range(-3, 8))
            if apart and works and end < weeks.end:
                befell.append((begin - DAY / 2, end + DAY / 2))
                yield Silence(name, begin, end)
                break


def silent_until(rate: Rate, begin: float) -> float:
    """When it is longer than what it is judged by, and two hours at least."""
    missing, end = MISSING, begin
    while missing > 0 or end < begin + 2 * HOUR:
        missing -= rate(end) * MINUTE
        end += MINUTE
    return end


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
