"""Six weeks of many invented clients, each with a habit of its own, from a seed."""

from __future__ import annotations

import math
import random

from tests.avisos.weeks_of_clients import (
    AUTUMN,
    DAY,
    HOUR,
    SPRING,
    Habit,
    Rate,
    Weeks,
    always,
    events_of,
    launched,
    office,
    shop,
    silences_of,
    waves,
    weekdays,
)

SHORTEST, LONGEST = 30.0, HOUR  # seconds from event to event, at work
CLOCKLIKE, BURSTS = 0.25, 0.15  # so many of the clients
KINDS = (always, office, shop, weekdays, waves)


def crowd(seed: int, clients: int) -> Weeks:
    """Two silences are planted for each. Even seeds see the clocks go forward, odd ones back."""
    lot = random.Random(seed)  # noqa: S311
    weeks = Weeks(AUTUMN if seed % 2 else SPRING, seed)
    outage = weeks.begin + lot.uniform(21, 27) * DAY
    weeks.outage = (outage, outage + lot.uniform(0.5, 3) * HOUR)
    weeks.habits = {f"c{i:03}": _habit(weeks, lot) for i in range(clients)}
    weeks.silences = list(silences_of(weeks, lot))
    for name, habit in weeks.habits.items():
        weeks.events[name] = events_of(weeks, name, habit, lot)
    return weeks


def _habit(weeks: Weeks, lot: random.Random) -> Habit:
    gap = math.exp(lot.uniform(math.log(SHORTEST), math.log(LONGEST)))
    rate: Rate = lot.choice(KINDS)(gap)
    if lot.random() < 0.1:
        rate = launched(rate, weeks.begin + lot.uniform(9, 30) * DAY)
    dice = lot.random()
    if dice < CLOCKLIKE:
        return Habit(rate, lot.uniform(0.01, 0.3))
    return Habit(rate, 0.1, burst=50) if dice < CLOCKLIKE + BURSTS else Habit(rate)
