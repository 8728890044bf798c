"""Every row: its number in docs/guarantees.md, and how much of it a full and a short run does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from faults import rows_analytics as analytics
from faults.rig import Rig

Do = Callable[[Rig], None]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    title: str
    full: Do
    short: Do
    seeds: int = 1  # runs of the full version, each with another seed


ROWS = (
    Row(
        1,
        "analytics killed at random",
        partial(analytics.killed_at_random, kills=200, gap=(1, 4), rate=2000),
        partial(analytics.killed_at_random, kills=3, gap=(0.2, 0.6), rate=500),
        seeds=3,
    ),
    Row(
        2,
        "killed at each named place",
        partial(analytics.killed_at_points, runs=50, rate=1000),
        partial(analytics.killed_at_points, runs=1, rate=500),
        seeds=3,
    ),
    Row(
        3,
        "consumers die without an ack",
        partial(analytics.dies_without_an_ack, deaths=60, own_deaths=60, messages=500),
        partial(analytics.dies_without_an_ack, deaths=25, own_deaths=2, messages=300),
    ),
    Row(
        14,
        "two analytics at once",
        partial(analytics.two_at_once, hand_overs=10, gap=(1, 3), rate=1000),
        partial(analytics.two_at_once, hand_overs=2, gap=(0.1, 0.3), rate=500),
        seeds=3,
    ),
)
