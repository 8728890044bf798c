"""
Measures decode, count and commit on a real store: `make bench-counting`.

All cases count some seconds of events in array messages of 64 KB, one commit each 10 ms of them,
ten commits of each case at a time in turn, so that whatever else the machine does falls on all
alike. The delta log is sealed each 5 s of the events' time, as it is at that rate. Then one
store takes a million distinct clients, and a fresh process opens it. Under 3 minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

import interpreter_pace
from comun.wire_time import rfc3339
from counting.totals import IdWindow, report
from decoding.message import Message
from sqlite.file_store import FileStore, open_store
from storing import delta_log

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
TYPES = ("compra", "clic", "visita", "pago", "alta")
MESSAGE_BYTES = 64 * 1024
COMMITS_A_TURN = 10
COMMITS_A_SECOND = 100
START = 1795503600.0
MILLION = 1_000_000


@dataclass
class Case:
    name: str
    clients: int
    zipf: float = 0.0
    rate: int = 500_000  # events a second
    wall: list[float] = field(default_factory=list)  # µs an event, by turn
    cpu: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)  # ms


CASES = (
    Case("10 clients", 10),
    Case("50 clients", 50),
    Case("1,000 clients", 1000),
    Case("100,000 clients, Zipf 1.1", 100_000, 1.1, 200_000),
)


class Source:
    """A second of messages, over and over, each time dated a second later and with other ids."""

    def __init__(self, case: Case) -> None:
        rng = random.Random(case.clients)  # noqa: S311
        names = [f"cliente_{n}" for n in range(case.clients)]
        weights = list(accumulate(1 / n**case.zipf for n in range(1, case.clients + 1)))
        size = case.rate // COMMITS_A_SECOND
        self._second: list[list[bytes]] = []
        for commit in range(COMMITS_A_SECOND):
            chosen = rng.choices(names, cum_weights=weights, k=size)
            at = START + commit / COMMITS_A_SECOND
            events = [
                {
                    "cliente": c,
                    "evento": rng.choice(TYPES),
                    "timestamp": rfc3339(at + n / case.rate),
                }
                for n, c in enumerate(chosen)
            ]
            self._second.append([msgspec.json.encode(part) for part in _parts(events)])
        self._made = 0

    def batch(self) -> list[Message]:
        second, commit = divmod(self._made, COMMITS_A_SECOND)
        self._made += 1
        prefix, later = (rfc3339(START + s)[:19].encode() for s in (0, second))
        bodies = (body.replace(prefix, later) for body in self._second[commit])
        ids = (str(UUID(int=self._made << 64 | n)) for n in range(1000))
        return [Message(n, body, next(ids)) for n, body in enumerate(bodies)]

    @property
    def seals(self) -> bool:
        return self._made % (5 * COMMITS_A_SECOND) < COMMITS_A_TURN


def _parts(events: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    size = MESSAGE_BYTES // (len(msgspec.json.encode(events)) // len(events) + 1)
    for start in range(0, len(events), size):
        yield events[start : start + size]


def measure(case: Case, source: Source, store: FileStore) -> None:
    # The log of a case must fill for as long as its events last, not for as long as all cases do.
    delta_log.SEAL_SECONDS = 0 if source.seals else math.inf
    batches = [source.batch() for _ in range(COMMITS_A_TURN)]
    wall, cpu = time.perf_counter(), time.thread_time()
    for batch in batches:
        began = time.perf_counter()
        store.apply(batch)
        case.commits.append((time.perf_counter() - began) * 1e3)
    events = COMMITS_A_TURN * case.rate // COMMITS_A_SECOND
    case.wall.append((time.perf_counter() - wall) / events * 1e6)
    case.cpu.append((time.thread_time() - cpu) / events * 1e6)


def compare(folder: Path, seconds: int) -> None:
    stores = [open_store(folder / f"{n}.db", WINDOW) for n, _ in enumerate(CASES)]
    sources = [Source(case) for case in CASES]
    for _ in range(seconds * COMMITS_A_SECOND // COMMITS_A_TURN):
        for case, source, store in zip(CASES, sources, stores, strict=True):
            measure(case, source, store)
    for store in stores:
        store.close()
    base = statistics.fmean(CASES[0].cpu)
    say("| case | events/s | µs an event | CPU µs an event | × 10 clients | commit p50 | p99 ms |")
    say("|---|---|---|---|---|---|---|")
    for case in CASES:
        wall, cpu = statistics.fmean(case.wall), statistics.fmean(case.cpu)
        p50, p99 = (statistics.quantiles(case.commits, n=100)[n] for n in (49, 98))
        say(
            f"| {case.name} | {1e6 / wall:,.0f} | {wall:.2f} | {cpu:.2f} | {cpu / base:.2f} |"
            f" {p50:.1f} | {p99:.1f} |"
        )


def million(folder: Path) -> None:
    """Count a million clients once, then look at the store with a process of its own."""
    path = folder / "million.db"
    store = open_store(path, WINDOW)
    began = time.perf_counter()
    for batch in _distinct(MILLION):
        store.apply(batch)
    took = time.perf_counter() - began
    while store.tend():
        pass
    made = _report_ms(store)
    store.close()
    say(f"\n1,000,000 distinct clients: {MILLION / took:,.0f} events/s")
    say(f"resident at most {_peak_mb():.0f} MB (with the bench), a report {made:.1f} ms")
    command = [sys.executable, __file__, "--open", str(path)]
    again = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    say("a fresh process: start to first report {start_s:.2f} s, {mb:.0f} MB".format(**again))
    say(
        "after another million events: {mb_after:.0f} MB, a report {report_ms:.1f} ms".format(
            **again
        )
    )


def _distinct(clients: int) -> Iterator[list[Message]]:
    for start in range(0, clients, 4000):
        body = [
            {"cliente": f"cliente_{n * 7919 % clients}", "timestamp": START + n / 100_000}
            for n in range(start, start + 4000)
        ]
        parts = [msgspec.json.encode(body[k : k + 1000]) for k in range(0, 4000, 1000)]
        yield [Message(k, part, f"{start}-{k}") for k, part in enumerate(parts)]


def look(path: Path) -> dict[str, Any]:
    """What a fresh process needs to open the store, and to go on counting into it."""
    began = time.perf_counter()
    store = open_store(path, WINDOW)
    totals = store.load()
    report(totals, 1000)
    found: dict[str, Any] = {"start_s": time.perf_counter() - began, "mb": _peak_mb()}
    for number, batch in enumerate(_distinct(MILLION)):
        fresh = [m._replace(message_id=f"again {number} {m.message_id}") for m in batch]
        totals.add(store.apply(fresh))
    found |= {"mb_after": _peak_mb(), "report_ms": _report_ms(store)}
    store.close()
    return found


def _report_ms(store: FileStore) -> float:
    totals = store.load()
    began = time.perf_counter()
    msgspec.json.encode(report(totals, 1000))
    return (time.perf_counter() - began) * 1e3


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=12, help="of events, a case")
    parser.add_argument("--folder", type=Path, help="where the stores are; default: a new one")
    parser.add_argument("--open", type=Path)
    given = parser.parse_args()
    interpreter_pace.relax()  # as the service does
    if given.open:
        say(json.dumps(look(given.open)))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        compare(Path(folder), given.seconds)
        delta_log.SEAL_SECONDS = 5.0
        million(Path(folder))


if __name__ == "__main__":
    main()
