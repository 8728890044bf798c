"""What a rate of events, and a number of viewers, need of each part. Pure: costs are given."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scale_costs import Counting, Watching

SERVICE, QUEUE, LEDGER = "analytics service", "queue", "PostgreSQL's ledger"
CORE = "a core of the proxy"
# What was chosen, not measured
PANEL = 5000  # viewers of one: kubernetes/ha/scaling.yaml
MEMBERS = 3  # of a quorum queue, each taken to cost what the only one did that was measured
BATCH = 64 * 1024  # bytes of JSON in a full one: sender/publishing/event_queue.py
CORES, BUSY = 8, 2 / 3  # of a machine in the examples, and how much of it is used


@dataclass(frozen=True)
class Count:
    """What a rate of events needs on the way from their publishers into the store."""

    messages: float  # a second
    queues: int
    broker: float  # cores of all nodes
    analytics: int
    analytics_cores: float
    publishers: int  # processes of `sender/`
    traffic: float  # bytes a second into the broker
    full: dict[str, float]  # how many times over one of a part is full


def in_batches(events: float, of: Counting) -> Count:
    """As `sender/` packs them, in full batches."""
    messages, lines = events * of.event / BATCH, of.batched
    analytics = math.ceil(events / lines["analytics"].most)
    return Count(
        messages=messages,
        queues=math.ceil(messages / of.queue),
        broker=MEMBERS * lines["broker"].cores(events),
        analytics=analytics,
        analytics_cores=analytics * lines["analytics"].cores(events / analytics),
        publishers=math.ceil(events / lines["publisher"].most),
        traffic=events * of.packed,
        full=_full(events / lines["analytics"].most, messages, of),
    )


def one_by_one(events: float, of: Counting) -> Count:
    """Each in a message of its own, as programs send them that know nothing of batches."""
    queues, lines = math.ceil(events / of.queue), of.single
    analytics = math.ceil(events / lines["analytics"].most)
    return Count(
        messages=events,
        queues=queues,
        broker=MEMBERS * queues * lines["broker"].cores(events / queues),
        analytics=analytics,
        analytics_cores=analytics * lines["analytics"].cores(events / analytics),
        publishers=0,  # others' programs
        traffic=events * of.event,
        full=_full(events / lines["analytics"].most, events, of),
    )


def _full(service: float, messages: float, of: Counting) -> dict[str, float]:
    """Several services need PostgreSQL, where commits take turns, however many commit."""
    turns = {LEDGER: messages / of.ledger} if service > 1 else {}
    return {SERVICE: service, QUEUE: messages / of.queue} | turns


@dataclass(frozen=True)
class Watch:
    """What viewers need, all of them behind the proxy."""

    panels: int
    pace: float  # frames a second for each viewer, while something changes
    panel_cores: float
    proxy_cores: float
    panel_memory: float  # bytes, without the processes themselves and the kernel's buffers
    proxy_memory: float
    polls: float  # cores of analytics services that panels ask
    traffic: float  # bytes a second to viewers
    full: dict[str, float]


def pace(viewers: float, of: Watching) -> float:
    """Pushes a second of a panel with so many: panel-visual/push/pace.py."""
    return 1 / max(of.gap, viewers * of.panel_frame / of.share)


def watched(viewers: int, of: Watching) -> Watch:
    panels = math.ceil(viewers / PANEL)
    each = pace(viewers / panels, of)
    frames = viewers * each
    return Watch(
        panels=panels,
        pace=each,
        panel_cores=frames * of.panel_frame,
        proxy_cores=frames * of.proxy_frame,
        panel_memory=viewers * of.panel_viewer,
        proxy_memory=viewers * of.proxy_viewer,
        polls=panels * of.poll,
        traffic=frames * of.frame,
        full={
            CORE: frames * of.proxy_frame,
            "panel": viewers / of.most,
            "a core of analytics, by what panels ask": panels * of.poll,
        },
    )


@dataclass(frozen=True)
class Machines:
    """Both together: events in batches, and viewers."""

    cores: float
    memory: float
    machines: int


def together(events: float, viewers: int, of: Counting, seen: Watching) -> Machines:
    count, watch = in_batches(events, of), watched(viewers, seen)
    cores = count.broker + count.analytics_cores + watch.panel_cores + watch.proxy_cores
    cores += watch.polls
    memory = MEMBERS * of.broker_memory + count.analytics * of.analytics_memory
    memory += watch.panel_memory + watch.proxy_memory
    return Machines(cores, memory, max(MEMBERS, math.ceil(cores / (CORES * BUSY))))


def first(full: dict[str, float]) -> str:
    """
    The part that breaks first, and how many times over it would be full.

    What there is but one of goes before what there may be more of.
    """
    part, times = max(full.items(), key=lambda each: (each[0] == LEDGER and each[1] > 1, each[1]))
    return f"{part}, {times:.1f} times" if times > 1 else "none"
