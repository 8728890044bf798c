"""
Makes a store of 30 simulated days by real folds, opens it, asks it: `make bench-history`.

Every pair of client and type has 7 events in each tenth minute, in each minute of the last 48
hours, and in each second of the last 5 minutes. Prints what a fold costs, how long the store
takes to open, and each usual query. With the default 50 x 5 pairs it takes half a minute.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from counting.totals import IdWindow
from history.history import Cell, History
from history.query import HistoryQuery
from history.steady_clock import Moment
from sqlite.file_connection import FileConnection, connect
from sqlite.file_store import FileStore, open_store
from usual.usual_query import UsualQuery

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
HOUR, DAY = 3600, 86400
DENSE_SECONDS = 300  # at the end, with an event of every pair in every second
FOLD_SECONDS = 5  # of the dense part: 1,250 cells of 250 pairs
REPEAT = 15


class Took(NamedTuple):
    """Milliseconds. The second is what remains of the first on a machine that is not busy."""

    wall: float
    cpu: float


QUERIES: dict[str, HistoryQuery | UsualQuery] = {
    "15 min by second, 20 largest pairs": HistoryQuery(15 * 60, 1),
    "15 min by second, 100 largest pairs": HistoryQuery(15 * 60, 1, limite=100),
    "15 min by second, total": HistoryQuery(15 * 60, 1, "total"),
    "15 min by second, types of a client": HistoryQuery(15 * 60, 1, "evento", cliente="cliente_1"),
    "24 h by minute, 20 largest pairs": HistoryQuery(DAY, 60),
    "48 h by 5 minutes, clients": HistoryQuery(2 * DAY, 300, "cliente"),
    "15 days by 15 minutes, clients": HistoryQuery(15 * DAY, 900, "cliente"),
    "30 days by hour, 20 largest pairs": HistoryQuery(30 * DAY, HOUR),
    "30 days by hour, 100 largest pairs": HistoryQuery(30 * DAY, HOUR, limite=100),
    "a year by day, clients": HistoryQuery(364 * DAY, DAY, "cliente"),
    "usual: a day by 10 minutes, total": UsualQuery(DAY, 600),
    "usual: 30 days by day, total": UsualQuery(30 * DAY, DAY),
    "usual: 5 minutes, all clients": UsualQuery(300, 60, por="cliente"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--types", type=int, default=5)
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    pairs = [
        (f"cliente_{c}", f"tipo_{e}") for c in range(given.clients) for e in range(given.types)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pulso.db"
        open_store(path, WINDOW).close()
        fill(path, pairs, given.days)
        measure(path)


def fill(path: Path, pairs: list[tuple[str, str]], days: int) -> None:
    began, end = time.perf_counter(), int(time.time())
    dense = end - DENSE_SECONDS
    db = connect(path)
    db.execute("PRAGMA synchronous = OFF")  # it is the folding that is of interest
    history = History(db)
    for start in range(dense - days * DAY, dense, HOUR):
        gap = 60 if dense - start <= 2 * DAY else 600
        cells = {(*pair, start + s): 7 for pair in pairs for s in range(0, HOUR, gap)}
        fold(db, history, cells, start + HOUR)
    times = []
    for start in range(dense, end, FOLD_SECONDS):
        cells = {(*pair, start + s): 7 for pair in pairs for s in range(FOLD_SECONDS)}
        times.append(fold(db, history, cells, start + FOLD_SECONDS))
    (rows,) = db.execute("SELECT count(*) FROM historia_trozos").fetchone()
    db.close()
    print(f"{days} days of {len(pairs)} pairs made in {time.perf_counter() - began:.0f} s")
    print(f"{path.stat().st_size / 1e6:.1f} MB, {rows} chunks")
    show(f"fold of {len(cells)} cells, without its commit", times)


def fold(db: FileConnection, history: History, cells: dict[Cell, int], now: float) -> Took:
    db.execute("BEGIN IMMEDIATE")
    took = timed(lambda: history.fold(cells, Moment(now, now)))
    history.prune(Moment(now, now))
    db.execute("COMMIT")
    return took


def measure(path: Path) -> None:
    show("open and load", [timed(lambda: opened(path)) for _ in range(REPEAT)])
    show("open, load, first answer", [timed(lambda: opened(path, ask=True)) for _ in range(REPEAT)])
    store = open_store(path, WINDOW)
    for name, query in QUERIES.items():
        answer = answered(store, query)
        times = [timed(partial(answered, store, query)) for _ in range(REPEAT)]
        events = sum(answer.get("otros", [])) + sum(sum(one["puntos"]) for one in answer["series"])
        show(f"{name} ({len(answer['series'])} series, {events} events)", times)
    store.close()


def answered(store: FileStore, query: HistoryQuery | UsualQuery) -> dict[str, Any]:
    return store.history.pin().answer(query)


def opened(path: Path, *, ask: bool = False) -> None:
    store = open_store(path, WINDOW)
    store.load()
    if ask:
        store.history.pin().answer(HistoryQuery())
    store.close()


def timed(what: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), time.thread_time()
    what()
    return Took((time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000)


def show(what: str, times: list[Took]) -> None:
    wall, cpu = sorted(t.wall for t in times), [t.cpu for t in times]
    print(
        f"{what:70} p50 {statistics.median(wall):6.1f} ms  max {wall[-1]:6.1f} ms"
        f"  (CPU p50 {statistics.median(cpu):5.1f} ms)"
    )


if __name__ == "__main__":
    main()
