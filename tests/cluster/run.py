"""
make faults-cluster: break a cluster in every way, and print what became of the events.

    make faults-cluster                    every row, with three seeds
    make faults-cluster ROW=3 SEED=42      one row, with the choices of one seed

Its machines are network namespaces: it needs root. Exit codes as those of make faults.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.cluster.cluster_rig import ClusterRig
from tests.cluster.cluster_rows import CLUSTER_ROWS
from tests.cluster.machine_network import MachineNetwork
from tests.cluster.running_cluster import RunningCluster
from tests.ending import end_in_order
from tests.faults.execution import Result, judged
from tests.faults.printing import describe, summed_up
from tests.faults.row import Row


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    known = {row.number: row for row in CLUSTER_ROWS}
    parser.add_argument("--row", default="", help=f"numbers up to {max(known)}, comma separated")
    parser.add_argument("--seed", default="", help="a number; without it each row has three")
    given = parser.parse_args(arguments)
    try:
        wanted = [int(number) for number in given.row.split(",") if number.strip()]
        given.seed = int(given.seed) if given.seed.strip() else None
        given.rows = [known[number] for number in wanted or known]
    except (ValueError, KeyError) as error:
        parser.error(f"{error}: rows are numbers up to {max(known)}, and a seed is a number")
    return given


def run_all(rows: Sequence[Row], seed: int | None, folder: Path) -> Iterator[Result]:
    """One cluster for all; each run counts its own events only."""
    seeds = [
        (row, 100 * row.number + n if seed is None else seed)
        for row in rows
        for n in range(row.seeds if seed is None else 1)
    ]
    with (
        MachineNetwork().at_work() as network,
        RunningCluster(folder, network.machines).at_work() as cluster,
    ):
        for run, (row, own) in enumerate(seeds):
            say(f"row {row.number}: {row.title} (seed {own})")
            place = folder / f"{run}-row-{row.number}-{own}"
            place.mkdir()

            rig = ClusterRig(cluster, place, own, run, network)
            yield judged(row, row.full, nullcontext(rig), own)


def main() -> int:
    given = parse()
    if os.geteuid() != 0:
        say("make faults-cluster makes network namespaces, which only root may.")
        return 2
    end_in_order("make faults-cluster")
    folder = Path(tempfile.mkdtemp(prefix="pulso-faults-cluster-"))
    start = time.monotonic()
    say(f"logs and data: {folder}")
    results = []
    for result in run_all(given.rows, given.seed, folder):
        say(describe(result))
        results.append(result)
    say(summed_up(results, time.monotonic() - start))
    return 1 if any(result.problems for result in results) else 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
