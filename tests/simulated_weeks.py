"""Weeks of events as a shop would have them: nights, weekends, and what breaks or lifts them."""

from __future__ import annotations

import datetime
import random
import zoneinfo
from collections.abc import Callable
from math import exp, sqrt

from history.history import Cell
from tests.history_questions import DAY, HOUR

MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
FIVE_MINUTES = 300
WEEK = 7 * DAY

Rate = Callable[[int], float]
"""Events an hour that are to be expected at a second."""


def at(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).timestamp())


def shop(second: int) -> float:
    """A rush at noon and in the evening by Madrid's clocks, quiet nights, half on weekends."""
    here = datetime.datetime.fromtimestamp(second, MADRID)
    hour = here.hour + here.minute / 60
    rush = 900 * exp(-((hour - 12) ** 2) / 8) + 1500 * exp(-((hour - 19) ** 2) / 5)
    return (30 + rush) * (0.5 if here.weekday() >= 5 else 1)


def between(begin: int, end: int, factor: float, rate: Rate) -> Rate:
    """*factor* times as much for a while."""
    return lambda second: rate(second) * (factor if begin <= second < end else 1)


def counts(
    rate: Rate, begin: int, end: int, seed: int = 1, cliente: str = "web"
) -> dict[Cell, int]:
    """Independent events, by five minutes, of weeks that differ by a twentieth."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    lift: dict[int, float] = {}
    cells = {}
    for second in range(begin, end, FIVE_MINUTES):
        week = lift.setdefault(second // WEEK, chance.gauss(1, 0.05))
        if n := _poisson(chance, rate(second) * week * FIVE_MINUTES / HOUR):
            cells[cliente, "compra", second] = n
    return cells


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    n, left = 0, exp(-mean)
    product = chance.random()
    while product > left:
        product *= chance.random()
        n += 1
    return n
