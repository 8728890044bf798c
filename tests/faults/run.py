"""
make faults: break every part on purpose, and print what became of the events.

    make faults                    every row, in full
    make faults ROW=7 SEED=42      one row, with the choices of one seed
    make faults ROW=2,5 SIZE=short some rows, as `make test` runs them
    make faults JOBS=1             one after the other; otherwise in two lanes

Exit codes: 0 when every invariant held, 1 when not, 2 wrong usage. Logs stay in the folder that
the first line names.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.ending import end_in_order
from tests.faults.lanes import Run, run_all
from tests.faults.printing import summed_up
from tests.faults.row import Row
from tests.faults.table import ROWS


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    known = ", ".join(str(row.number) for row in ROWS)
    parser.add_argument("--row", default="", help=f"numbers, comma separated: {known}")
    parser.add_argument("--seed", default="", help="a number; without it each row has its own")
    parser.add_argument("--size", default="full", choices=("full", "short"))
    parser.add_argument("--jobs", default=2, type=int, choices=(1, 2))
    given = parser.parse_args(arguments)
    try:
        wanted = {int(number) for number in given.row.split(",") if number.strip()}
        given.seed = int(given.seed) if given.seed.strip() else None
    except ValueError as error:
        parser.error(f"{error}: rows and seed are whole numbers")
    if unknown := wanted - {row.number for row in ROWS}:
        parser.error(f"no row {sorted(unknown)}; there are {known}")
    chosen = [row for row in ROWS if not wanted or row.number in wanted]
    given.rows = [row for row in chosen if row.short or given.size == "full"]
    if not given.rows:
        parser.error(f"no short version: {', '.join(row.held_by for row in chosen)} holds the same")
    return given


def runs_of(rows: Sequence[Row], seed: int | None, size: str) -> list[Run]:
    seeds = [
        (row, 100 * row.number + n if seed is None else seed)
        for row in rows
        for n in range(row.seeds if seed is None and size == "full" else 1)
    ]
    return [Run(number, row, own, size) for number, (row, own) in enumerate(seeds)]


def main() -> int:
    given = parse()
    end_in_order("make faults")
    folder = Path(tempfile.mkdtemp(prefix="pulso-faults-"))
    start = time.monotonic()
    say(f"logs and stores: {folder}")
    runs = runs_of(given.rows, given.seed, given.size)
    results = run_all(runs, given.jobs, folder, say)
    say(summed_up(results, time.monotonic() - start))
    return 1 if any(result.problems for result in results) else 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
