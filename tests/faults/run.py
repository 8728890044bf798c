"""
make faults: break every part on purpose, and print what became of the events.

    make faults                    every row, in full
    make faults ROW=7 SEED=42      one row, with the choices of one seed
    make faults ROW=1,5 SIZE=short some rows, as `make test` runs them

Exit codes: 0 when every invariant held, 1 when not, 2 wrong usage. Logs stay in the folder that
the first line names.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from broker_stack import Broker
from faults.execution import Result, execute
from faults.outcome import Counters
from faults.table import ROWS, Row

HEADER = ("row", "seed", "faults", *Counters._fields, "s", "verdict")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    known = ", ".join(str(row.number) for row in ROWS)
    parser.add_argument("--row", default="", help=f"numbers, comma separated: {known}")
    parser.add_argument("--seed", default="", help="a number; without it each row has its own")
    parser.add_argument("--size", default="full", choices=("full", "short"))
    given = parser.parse_args(arguments)
    try:
        wanted = {int(number) for number in given.row.split(",") if number.strip()}
        given.seed = int(given.seed) if given.seed.strip() else None
    except ValueError as error:
        parser.error(f"{error}: rows and seed are whole numbers")
    if unknown := wanted - {row.number for row in ROWS}:
        parser.error(f"no row {sorted(unknown)}; there are {known}")
    given.rows = [row for row in ROWS if not wanted or row.number in wanted]
    return given


def runs(rows: Sequence[Row], seed: int | None, size: str) -> Iterator[tuple[Row, int]]:
    for row in rows:
        times = row.seeds if seed is None and size == "full" else 1
        for n in range(times):
            yield row, seed if seed is not None else 100 * row.number + n


def line(cells: Sequence[object]) -> str:
    widths = [max(len(name), 7) for name in HEADER]
    return " ".join(f"{cell!s:>{width}}" for cell, width in zip(cells, widths, strict=True))


def describe(result: Result) -> str:
    verdict = "FAIL" if result.problems else "PASS"
    cells = (result.row.number, result.seed, result.faults, *result.counters)
    first = line((*cells, f"{result.seconds:.0f}", verdict))
    return "\n".join([first, *(f"        {p}" for p in (*result.notes, *result.problems))])


def main() -> int:
    given = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no part stays behind
    folder = Path(tempfile.mkdtemp(prefix="pulso-faults-"))
    start = time.monotonic()
    results: list[Result] = []
    say(f"logs and stores: {folder}")
    with ExitStack() as stack:
        broker = Broker(folder / "broker")
        stack.callback(broker.discard)
        broker.start()
        for row, seed in runs(given.rows, given.seed, given.size):
            say(f"row {row.number}: {row.title} (seed {seed})")
            place = folder / f"{len(results)}-row-{row.number}-{seed}"
            place.mkdir()
            do = row.full if given.size == "full" else row.short
            results.append(execute(row, do, broker, place, seed))
            say(describe(results[-1]))
    say("\n" + line(HEADER))
    say("\n".join(describe(result) for result in results))
    failed = sum(bool(result.problems) for result in results)
    say(f"{len(results)} runs, {failed} failed, {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
