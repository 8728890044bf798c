"""
Counts the same messages into a file and into PostgreSQL, in turns: `make bench-stores`.

On one machine, a private server of the system's packages that syncs each commit to the same disk,
without a standby. Some commits of each at a time, so that whatever else the machine does falls on
both. Under a minute.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec

import interpreter_pace
from counting.totals import IdWindow
from decoding.message import Message
from postgres import server_store
from postgres.server_url import ServerUrl
from sqlite import file_store
from storing.store import Store
from tests.postgres_stack import Postgres

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
COMMITS_A_TURN = 10
CLIENTS, TYPES = 50, 5
START = 1_795_503_600


@dataclass(frozen=True)
class Load:
    name: str
    messages: int  # a commit
    events: int  # a message


LOADS = (
    Load("1 message of 1 event a commit", 1, 1),
    Load("10 messages of 1 event", 10, 1),
    Load("500 messages of 1 event", 500, 1),
    Load("7 messages of 700 events", 7, 700),
)


@dataclass
class Side:
    """One store under one load."""

    store: Store
    batches: Iterator[list[Message]]
    commits: list[float] = field(default_factory=list)  # ms

    def turn(self) -> None:
        for batch in itertools.islice(self.batches, COMMITS_A_TURN):
            began = time.perf_counter()
            self.store.apply(batch)
            self.commits.append((time.perf_counter() - began) * 1e3)
            if self.store.others:
                collections.deque(self.store.others.news(), maxlen=0)


def batches(load: Load) -> Iterator[list[Message]]:
    """Each with ids of its own, dated a little later each time."""
    numbers = itertools.count()
    for commit in itertools.count():
        batch: list[Message] = []
        for _ in range(load.messages):
            number = next(numbers)
            events = [
                {
                    "cliente": f"cliente_{(number + n) % CLIENTS}",
                    "evento": f"tipo_{n % TYPES}",
                    "timestamp": START + commit // 100,
                }
                for n in range(load.events)
            ]
            body = msgspec.json.encode(events)
            batch.append(Message(len(batch), body, str(UUID(int=number << 64))))
        yield batch


def compare(load: Load, stores: dict[str, Store], turns: int) -> None:
    sides = {name: Side(store, batches(load)) for name, store in stores.items()}
    for _ in range(turns):
        for side in sides.values():
            side.turn()
    messages = {}
    for name, side in sides.items():
        side.store.close()
        per_second = 1000 / statistics.fmean(side.commits)
        messages[name] = per_second * load.messages
        p50, p99 = (statistics.quantiles(side.commits, n=100)[n] for n in (49, 98))
        share, events = messages[name] / next(iter(messages.values())), messages[name] * load.events
        print(
            f"| {load.name} | {name} | {messages[name]:,.0f} | {events:,.0f} |"
            f" {p50:.1f} | {p99:.1f} | {share:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=40, help=f"of {COMMITS_A_TURN} commits each")
    parser.add_argument("--folder", type=Path, help="where the file is; default: a new one")
    given = parser.parse_args()
    interpreter_pace.relax()  # as the service does
    print("| load | store | messages/s | events/s | commit p50 | p99 ms | of SQLite |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder, Postgres({}).at_work() as server:
        for number, load in enumerate(LOADS):
            path, url = Path(folder) / f"{number}.db", ServerUrl(server.fresh())
            stores: dict[str, Store] = {
                "SQLite": file_store.open_store(path, WINDOW),
                "PostgreSQL": server_store.open_store(url, WINDOW),
            }
            compare(load, stores, given.turns)


if __name__ == "__main__":
    main()
