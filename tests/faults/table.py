"""Every row: its number in docs/guarantees.md, and how much of it a full and a short run does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from faults import rows_analytics as analytics
from faults import rows_broker as broker
from faults import rows_content as content
from faults import rows_store as store
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
        4,
        "one message in 100 is poison",
        partial(content.poison, events=100_000, every=100, compare=True),
        partial(content.poison, events=1000, every=100, compare=False),
    ),
    Row(
        5,
        "confirms get lost",
        partial(broker.confirms_are_cut, events=5000, rate=2000, share=0.1),
        partial(broker.confirms_are_cut, events=200, rate=1000, share=0.1),
        seeds=3,
    ),
    Row(
        6,
        "one id, two bodies",
        partial(content.one_id_two_bodies, ids=5000, copies=2),
        partial(content.one_id_two_bodies, ids=50, copies=2),
    ),
    Row(
        7,
        "broker killed",
        partial(broker.broker_killed, kills=20, gap=(1, 4), rate=1000),
        partial(broker.broker_killed, kills=1, gap=(0.2, 0.5), rate=500),
        seeds=3,
    ),
    Row(
        8,
        "broker frozen",
        partial(broker.broker_frozen, seconds=60, rate=1000),
        partial(broker.broker_frozen, seconds=1, rate=500),
    ),
    Row(
        9,
        "memory alarm",
        partial(broker.memory_alarm, seconds=300, rate=1000),
        partial(broker.memory_alarm, seconds=1, rate=500),
    ),
    Row(
        10,
        "acknowledgement times out",
        partial(broker.ack_times_out, consumer_timeout=60, stuck=90, rate=500),
        partial(broker.ack_times_out, consumer_timeout=1, stuck=4, rate=200),
    ),
    Row(
        11,
        "queue deleted, or another declared",
        partial(broker.queue_deleted, times=5, rate=500),
        partial(broker.queue_deleted, times=1, rate=500),
    ),
    Row(
        12,
        "store locked",
        partial(store.locked, seconds=120, rate=500),
        partial(store.locked, seconds=2, rate=500),
    ),
    Row(
        12,
        "store's disk full",
        partial(store.disk_full, seconds=120, rate=500),
        partial(store.disk_full, seconds=4, rate=500),
    ),
    Row(
        14,
        "two analytics at once",
        partial(analytics.two_at_once, hand_overs=10, gap=(1, 3), rate=1000),
        partial(analytics.two_at_once, hand_overs=2, gap=(0.1, 0.3), rate=500),
        seeds=3,
    ),
)
