"""The whole chain under one load after another, seen by viewers through the proxy and direct."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from hdrh.histogram import HdrHistogram

from event_mix import Mix, counts
from ledger_check import count_faults, ledger_faults
from load_plan import Plan, Published
from process_cost import core_busy_us, cpu_us, resident_kb
from schedule import Schedule, latencies, schedule_of
from talking_process import Process, ask, python, ready
from tests.broker_stack import Broker
from tests.chain_stack import Chain

PROXIED, DIRECT = "through Traefik", "direct"
SEEN_WITHIN = 60.0  # seconds
LOOK_EVERY = 0.05
Pushes = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Use:
    """Of one process during a load."""

    cpu_us: float
    kb: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load was, cost and showed."""

    plan: Plan
    published: Published
    seconds: float
    uses: dict[str, Use]
    others: float  # of the machine's CPU time, that went to none of our processes
    latency: dict[str, HdrHistogram]  # us
    unseen: int  # events that a viewer never saw
    pushes: int
    faults: list[str]

    @property
    def rate(self) -> float:
        """Events a second from the first one's time until the last one was confirmed."""
        return self.published.published * 1e9 / (self.published.end_ns - self.published.start_ns)


class Stage:
    """A chain of its own that is loaded; it knows how much it must have counted."""

    def __init__(self, broker: Broker, chain: Chain, viewer: Process, mix: Mix) -> None:
        self.chain, self.mix = chain, mix
        self._viewer = viewer
        self.events = 0
        # Each is one process; what the VM starts for a moment (`df`) is among the others.
        self._pids = {"broker": broker.vm.pid} | {n: p.pid for n, p in chain.parts.items()}
        self._pids["viewer"] = viewer.pid

    def load(self, rate: int, seconds: float, unbatched: bool = False) -> Loaded:
        """Publish through the sender's Publisher."""
        plan = Plan(rate=rate, seconds=seconds, mix=self.mix, skip=self.events, unbatched=unbatched)
        command = python("generator_process.py", msgspec.json.encode(plan).decode())
        return self._measure(plan, command)

    def load_by(self, program: Sequence[str], rate: int, seconds: float) -> Loaded:
        """Publish by a foreign *program*, one event a message."""
        return self._measure(Plan(rate=rate, seconds=seconds, mix=self.mix), program)

    def count_faults(self) -> list[str]:
        """Return which clients have a wrong count, of what `load` has published."""
        return count_faults(self.chain.report_url, counts(self.mix.sequence(), self.events))

    def _measure(self, plan: Plan, command: Sequence[str]) -> Loaded:
        base = self.events
        with ready(command, self.chain.amqp_settings) as publisher:
            self._take()
            before, busy, began = self._cpu(), machine_us(), time.monotonic()
            published = msgspec.json.decode(ask(publisher), type=Published)
            self.events += published.published
            pushes = self._until_seen()
            seconds = time.monotonic() - began
            busy = machine_us() - busy
            uses = self._uses(before, publisher, published)
        schedule = schedule_of(plan.rate, plan.seconds, published.start_ns)
        seen = {name: latencies(schedule, base, pairs) for name, pairs in pushes.items()}
        return Loaded(
            plan=plan,
            published=published,
            seconds=seconds,
            uses=uses,
            others=others(busy, uses, seconds),
            latency={name: histogram for name, (histogram, _) in seen.items()},
            unseen=max(unseen for _, unseen in seen.values()),
            pushes=len(pushes[PROXIED]),
            faults=self._faults(schedule, published),
        )

    def _faults(self, schedule: Schedule, published: Published) -> list[str]:
        wrong = ledger_faults(self.chain.report_url, self.events)
        if published.published != schedule.events:
            wrong.append(f"published: {published.published}, not {schedule.events}")
        if published.confirmed != published.published:
            wrong.append(f"confirmed: {published.confirmed}, not {published.published}")
        return wrong

    def _take(self) -> Pushes:
        return msgspec.json.decode(ask(self._viewer), type=Pushes)

    def _until_seen(self) -> Pushes:
        """Return the pushes until both viewers have everything, or some patience has ended."""
        end = time.monotonic() + SEEN_WITHIN
        pushes: Pushes = {PROXIED: [], DIRECT: []}
        while time.monotonic() < end:
            for name, taken in self._take().items():
                pushes[name] += taken
            if all(pairs and pairs[-1][1] >= self.events for pairs in pushes.values()):
                break
            time.sleep(LOOK_EVERY)
        return pushes

    def _cpu(self) -> dict[str, float]:
        return {name: cpu_us([pid]) for name, pid in self._pids.items()}

    def _uses(
        self, before: dict[str, float], publisher: Process, published: Published
    ) -> dict[str, Use]:
        now = self._cpu()
        uses = {
            name: Use(now[name] - before[name], resident_kb([pid]))
            for name, pid in self._pids.items()
        }
        return uses | {"publisher": Use(published.cpu_ns / 1000, 0)}


@contextmanager
def stage(broker: Broker, folder: Path, mix: Mix) -> Iterator[Stage]:
    """A fresh chain on a virtual host of its own, with a viewer."""
    folder.mkdir()
    with broker.virtual_host() as vhost:
        chain = Chain(vhost, folder)
        try:
            chain.start()
            direct = f"ws://127.0.0.1:{chain.routes.push_port}/ws"
            addresses = (f"{PROXIED}={chain.ws_url}", f"{DIRECT}={direct}")
            with ready(python("viewer_process.py", *addresses), {}) as viewer:
                yield Stage(broker, chain, viewer, mix)
        finally:
            chain.discard()


def machine_us() -> float:
    return sum(core_busy_us(core) for core in os.sched_getaffinity(0))


def others(busy_us: float, uses: dict[str, Use], seconds: float) -> float:
    """Return the share of our cores' time that other processes had."""
    ours = sum(use.cpu_us for use in uses.values())
    return max(busy_us - ours, 0.0) / (seconds * 1e6 * len(os.sched_getaffinity(0)))
