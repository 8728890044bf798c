"""
Several analytics on one PostgreSQL, and one on it beside one on a file: `make bench-cluster`.

Starts a broker and a PostgreSQL that syncs each commit, without a standby. Backlogs of messages
with ids wait in the queue while the analytics are frozen; then it is timed how fast they are
counted. For the speed-up each of the analytics is held to a small share of a core, so that two
cores are enough to see what more machines would bring, and where it ends. Needs root.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from counting_parts import CountedStore, InFile, InPostgres, frozen_analytics
from drained_backlog import Backlog, Drained, drain, publish
from following_cost import RATE as COMMITS
from following_cost import Following, following_cost
from latency import machine
from screen_pair import RATE, to_screen

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.ending import end_in_order
from tests.postgres_stack import Postgres
from tests.topology_job import declare_topology

SHARE = 0.15
NUMBERS = (1, 2, 4, 6, 8)
SHARED = "one event a message"
FOR_EACH = 15_000  # messages of the backlog
ALONE = (Backlog("one event a message", 40_000, 1), Backlog("700 events a message", 2_000, 700))
STORES = ("SQLite", "PostgreSQL")


@dataclass
class Bench:
    broker: Broker
    server: Postgres
    folder: Path
    names: Iterator[int] = field(default_factory=count)

    def own_folder(self) -> Path:
        folder = self.folder / f"run-{next(self.names)}"
        folder.mkdir()
        return folder

    def store(self, name: str, folder: Path) -> CountedStore:
        return InFile(folder) if name == "SQLite" else InPostgres(self.server)

    def drained(self, name: str, backlog: Backlog, number: int, share: float | None) -> Drained:
        folder = self.own_folder()
        store = self.store(name, folder)
        pids = {"broker": self.broker.vm.pid, "PostgreSQL": self.server.part.pid}
        with (
            self.broker.virtual_host() as vhost,
            frozen_analytics(vhost, store, number, share, folder) as counting,
        ):
            asyncio.run(publish(vhost, backlog))
            return drain(store, counting, pids, backlog.messages)

    @contextmanager
    def chain(self, name: str) -> Iterator[Chain]:
        folder = self.own_folder()
        with self.broker.virtual_host() as vhost:
            chain = Chain(vhost, folder)
            if name == "PostgreSQL":
                declare_topology(vhost)
                settings = self.store(name, folder).settings
                chain.parts["servicio-analiticas"].environment.update(settings)
            with chain.at_work():
                yield chain


def speed_up(bench: Bench, rounds: int) -> None:
    """What the analytics drain together, each held to SHARE of a core."""
    found: dict[int, list[Drained]] = defaultdict(list)
    for _ in range(rounds):
        for number in NUMBERS:
            backlog = Backlog(SHARED, FOR_EACH * number, 1)
            found[number].append(bench.drained("PostgreSQL", backlog, number, SHARE))
    alone = _median(found[NUMBERS[0]])
    print(f"\nA backlog of {FOR_EACH:,} for each, {SHARED}, each held to {SHARE} of a core.")
    print(f"Medians of {rounds} rounds.\n")
    print("| analytics | messages/s | speed-up | cores: analytics | broker | PostgreSQL |")
    print("|---|---|---|---|---|---|")
    for number, drained in found.items():
        rate = _median(drained)
        print(f"| {number} | {rate:,.0f} | {rate / alone:.2f} | {_cores(drained)} |")


def one_of_each(bench: Bench, rounds: int) -> None:
    """One analytics with all the machine, counting into a file or into PostgreSQL, in turns."""
    print(f"\nOne analytics with all of the machine, in turns. Medians of {rounds} rounds.\n")
    head = (
        "load | store | messages/s | events/s | of SQLite | cores: analytics | broker | PostgreSQL"
    )
    print(f"| {head} |")
    print("|---|---|---|---|---|---|---|---|")
    for backlog in ALONE:
        found: dict[str, list[Drained]] = defaultdict(list)
        for _ in range(rounds):
            for name in STORES:
                found[name].append(bench.drained(name, backlog, 1, None))
        for name, drained in found.items():
            rate, share = _median(drained), _median(drained) / _median(found["SQLite"])
            print(
                f"| {backlog.name} | {name} | {rate:,.0f} | {rate * backlog.events:,.0f} |"
                f" {share:.2f} | {_cores(drained)} |"
            )


def on_screen(bench: Bench, rounds: int, seconds: float) -> None:
    """From event to screen, in turns, the whole chain of both at work."""
    found: dict[str, list[list[float]]] = defaultdict(list)
    with ExitStack() as stack:
        chains = {name: stack.enter_context(bench.chain(name)) for name in STORES}
        for _ in range(rounds + 1):
            for name, chain in chains.items():
                found[name].append(asyncio.run(to_screen(chain, seconds)))
    print(f"\nFrom event to screen, through Traefik, at {RATE} events/s, each a message, in turns.")
    print(f"Medians of {rounds} rounds of {seconds:.0f} s after one to warm up.\n")
    print("| store | p50 ms | p99 ms | p99 of SQLite |")
    print("|---|---|---|---|")
    p99 = {name: _of_rounds(each[1:], 98) for name, each in found.items()}
    for name, each in found.items():
        p50 = _of_rounds(each[1:], 49)
        print(f"| {name} | {p50:.1f} | {p99[name]:.1f} | {p99[name] / p99['SQLite']:.2f} |")


def follows(bench: Bench, rounds: int, seconds: float) -> None:
    """What one of several pays for what another one counts."""
    found: list[Following] = []
    for _ in range(rounds):
        folder = bench.own_folder()
        with bench.broker.virtual_host() as vhost:
            found.append(following_cost(vhost, InPostgres(bench.server), folder, seconds))
    print(f"\nOne follows what another counts, {COMMITS} messages/s, each alone.")
    print(f"Medians of {rounds} rounds of {seconds:.0f} s.\n")
    print("| commits/s | its cores without any | its cores meanwhile | for following | later, ms |")
    print("|---|---|---|---|---|")
    commits, idle, busy, later = (statistics.median(each) for each in zip(*found, strict=True))
    extra = statistics.median(each.following - each.idle for each in found)
    print(f"| {commits:.0f} | {idle:.3f} | {busy:.3f} | {extra:.3f} | {later * 1e3:.1f} |")
    print("\nLater: when a wait at it ends after the same wait at who counted, for single events.")


def _of_rounds(rounds: list[list[float]], percentile: int) -> float:
    return statistics.median(statistics.quantiles(each, n=100)[percentile] for each in rounds)


def _median(drained: list[Drained]) -> float:
    return statistics.median(each.messages_per_second for each in drained)


def _cores(drained: list[Drained]) -> str:
    return " | ".join(
        f"{statistics.median(each.used[name] for each in drained):.2f}"
        for name in ("analytics", "broker", "PostgreSQL")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="of a round of screens")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("make bench-cluster holds processes to a share of a core, which only root may.")
    end_in_order("make bench-cluster")
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="pulso-bench-") as name,
        Broker(Path(name)).at_work() as broker,
        Postgres({}).at_work() as server,
    ):
        bench = Bench(broker, server, Path(name))
        speed_up(bench, given.rounds)
        one_of_each(bench, given.rounds)
        on_screen(bench, given.rounds, given.seconds)
        follows(bench, given.rounds, given.seconds)


if __name__ == "__main__":
    main()
