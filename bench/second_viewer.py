"""
Measures a load run beside it, sharing nothing with it: `second_viewer.py`, then start the run.

Plain WebSocket clients, one opened every 50 ms until the run begins. The panel serves viewers in
the order in which they came, so the first of them is served before the run's viewers, the last
after them, and those that came while they came are spread among them. The run tells when its own
came; each of ours stands for those of them that came nearest to it, and so all for the run.

The n-th event of a constant profile is due n / rate seconds after the start, and on a screen with
the first push whose total has risen by n. What others published meanwhile is taken to have come
evenly. Ends with the run's report: prints both figures, and exits 1 if they differ by more
than 10 %.

    .venv/bin/python bench/second_viewer.py --url ws://127.0.0.1:8080/panel/ws &
    .venv/bin/python sender/app.py simular --tasa 100000 --visores 200
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import itertools
import json
import re
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect

EVERY = 0.05  # seconds
CLIENTS = 40  # two seconds of them
COUNTS = (b'{"tipo":"instantanea"', b'{"tipo":"cambio"')  # a heartbeat has other totals
TOTAL = re.compile(rb'"total":(\d+)')  # of the whole: it stands before all others
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
AGREED = 0.1
Pushes = list[tuple[float, int]]  # arrival by the monotonic clock, total


class Connection(ClientConnection):
    """Notes when bytes come, not when their reader gets its turn after those of all others."""

    arrival = 0.0

    def data_received(self, data: bytes) -> None:
        self.arrival = time.monotonic()
        super().data_received(data)


async def watch(url: str, pushes: Pushes) -> None:
    async with connect(
        url, compression=None, max_size=None, create_connection=Connection
    ) as socket:
        while True:
            message = await socket.recv(decode=False)
            if message.startswith(COUNTS) and (found := TOTAL.search(message)):
                pushes.append((cast(Connection, socket).arrival, int(found[1])))


def moving(pushes: Pushes, events: int) -> bool:
    """Whether so many events came within the last second."""
    recent = [total for arrival, total in pushes if arrival > time.monotonic() - 1]
    return bool(recent) and recent[-1] - recent[0] > events


def new_report(root: Path) -> dict[str, Any]:
    """Wait for the report of a run that ends from now on."""
    before = set(root.glob("*/reporte.html"))
    while not (new := set(root.glob("*/reporte.html")) - before):  # the last file to be written
        time.sleep(0.5)
    found: dict[str, Any] = json.loads(new.pop().with_name("resumen.json").read_text())
    return found


def latencies(pushes: Pushes, summary: dict[str, Any]) -> Counter[int]:
    """Tenths of a millisecond from due to shown, of each event after the first of *pushes*."""
    start, rate = summary["inicio_monotono"], summary["ajustes"]["tasa"]
    events = summary["metricas"]["confirmados"]
    last = pushes[-1][1]
    before = [total for arrival, total in pushes if arrival < start]
    base = before[-1] if before else last - events
    foreign = max(last - base - events, 0) / (pushes[-1][0] - start)
    found: Counter[int] = Counter()
    shown = 0 if before else None
    for arrival, total in pushes[len(before) :]:
        up_to = min(round(total - base - foreign * (arrival - start)), events)
        due = range(up_to if shown is None else shown, up_to)
        after = 1000 * (arrival - start)
        found.update(int(10 * (after - 1000 * (n + 1) // rate)) for n in due)
        shown = up_to
    return found


def shares(moments: Sequence[float], start: float, stop: float) -> list[float]:
    """Of [start, stop], how much is nearest to each of these *moments*, which are in order."""
    middles = [(one + other) / 2 for one, other in itertools.pairwise(moments)]
    edges = [min(max(edge, start), stop) for edge in (start, *middles, stop)]
    return [until - since for since, until in itertools.pairwise(edges)]


def mixed(parts: Iterable[tuple[float, Mapping[int, float]]]) -> Mapping[int, float]:
    """Each part's values, as often as its weight says."""
    whole: defaultdict[int, float] = defaultdict(float)
    for weight, part in parts:
        for value, times in part.items():
            whole[value] += weight * times
    return whole


def figures(found: Mapping[int, float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    values = sorted(found)
    reached = list(itertools.accumulate(found[value] for value in values))
    return {
        name: values[bisect.bisect_left(reached, share * reached[-1])] / 10
        for name, share in SHARES.items()
    }


async def measure(url: str, root: Path) -> bool:
    report = asyncio.create_task(asyncio.to_thread(new_report, root))
    seen: deque[Pushes] = deque()
    tasks: deque[asyncio.Task[None]] = deque()
    while not (seen and moving(seen[0], 100)):
        seen.append([])
        tasks.append(asyncio.create_task(watch(url, seen[-1])))
        if len(tasks) > CLIENTS:  # all but the first, and those of the last seconds
            tasks[1].cancel()
            del tasks[1], seen[1]
        await asyncio.sleep(EVERY)
    summary = await report
    for task in tasks:
        task.cancel()
    return compare(sorted(filter(None, seen)), summary)


def compare(seen: Sequence[Pushes], summary: dict[str, Any]) -> bool:
    """Print both measurements; return whether they agree."""
    print(summary["frase"])
    start, stop = summary["visores_monotono"]
    found = [latencies(pushes, summary) for pushes in seen]
    weights = shares([pushes[0][0] for pushes in seen], start, stop)
    ours = sum(weight > 0 for weight in weights)
    print(f"the run's viewers came within {stop - start:.2f} s; {ours} of ours stand for them")
    print(f"first in the panel's order  {figures(found[0])} ms")
    print(f"last in it                  {figures(found[-1])} ms")
    deviations = []
    for name, value in figures(mixed(zip(weights, found, strict=True))).items():
        told = summary["metricas"][f"latencia_{name}"]
        deviations.append(told / value - 1)
        print(f"{name}: run {told:.1f} ms, ours {value:.1f} ms: {100 * deviations[-1]:+.1f} %")
    return all(abs(each) <= AGREED for each in deviations)


def main() -> int:
    parser = argparse.ArgumentParser(prog="second_viewer.py")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/panel/ws")
    parser.add_argument("--reports", type=Path, default=Path("reporte-carga"))
    given = parser.parse_args()
    return 0 if asyncio.run(measure(given.url, given.reports)) else 1


if __name__ == "__main__":
    sys.exit(main())
