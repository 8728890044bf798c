"""
How many events the chain carries, and how soon they are on a screen: `make bench-ingest`.

Starts a broker and chains of its own. Each round measures a C pair, our chain at every rate, a
Node.js pair, our consumer under a foreign publisher, and our chain with other mixes of clients.
Their slower rates, which show where a time limit holds, are measured once.
`--quick` is one short round: it shows that all of it works, not how fast it is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.topology import EXCHANGE
from chain_load import Loaded, Stage, stage
from disk_speed import sync_ms
from event_mix import Mix
from ingest_claims import OURS, THEIRS
from ingest_packages import PACKAGES
from ingest_report import results
from ingest_scope import FIFTY, FULL, QUICK, Figures, Key, Load, Scope, ms
from machine.system_packages import MissingProgramError, ensure_installed
from peer_pair import Pair, c_pair, measure, node_pair
from screen import PROXIED
from tests.broker_stack import Broker
from tests.ending import end_in_order

HERE = Path(__file__).resolve().parent
CORES = {0, 1}
AT_MOST = 1500  # seconds; then it ends by itself
FOREIGN_WINDOW = 5_000  # messages in flight, so that the publisher keeps to its clock
WARM_UP = Load(10_000, 2), Load(1_000, 2)


class Bench:
    def __init__(self, scope: Scope, folder: Path, broker: Broker) -> None:
        self.figures = Figures()
        self._scope, self._folder, self._broker = scope, folder, broker
        self._stages = 0

    def run(self) -> Figures:
        self.figures.load_averages.append(os.getloadavg()[0])
        self.figures.sync_ms += sync_ms(self._folder)
        self.figures.making_ns = FIFTY.making_ns()
        c, node = c_pair(self._folder), node_pair()
        for left in reversed(range(self._scope.rounds)):
            self._peer(c)
            self._ours(FIFTY, self._scope.loads)
            self._peer(node)
            self._theirs(c)
            for mix, loads in self._scope.mixes:
                self._ours(mix, loads[-1:] if left else loads)
        self.figures.load_averages.append(os.getloadavg()[0])
        return self.figures

    def _peer(self, pair: Pair) -> None:
        paired = measure(self._broker, pair, self._scope.peer_seconds)
        self.figures.pairs.setdefault(pair.name, []).append(paired)
        print(f"{pair.name}: {paired.consumed:,.0f} messages/s", flush=True)

    def _ours(self, mix: Mix, loads: tuple[Load, ...]) -> None:
        with self._stage(mix) as chain:
            chain.load(WARM_UP[0].rate, WARM_UP[0].seconds)
            for load in loads:
                loaded = chain.load(load.rate, load.seconds, load.unbatched)
                self._keep((f"{OURS}, {mix}", load.name), loaded)
            self.figures.faults += chain.count_faults()

    def _theirs(self, pair: Pair) -> None:
        def program(load: Load) -> list[str]:
            words = EXCHANGE, FOREIGN_WINDOW, round(load.seconds), load.rate
            return [*pair.publisher, *map(str, words)]

        with self._stage(FIFTY) as chain:
            chain.load_by(program(WARM_UP[1]), WARM_UP[1].rate, WARM_UP[1].seconds)
            for load in self._scope.foreign:
                loaded = chain.load_by(program(load), load.rate, load.seconds)
                self._keep((f"{THEIRS}, {FIFTY}", load.name), loaded)

    def _keep(self, key: Key, loaded: Loaded) -> None:
        self.figures.add(key, loaded)
        shown = ", ".join(f"{p} {ms(loaded, PROXIED, p):.1f}" for p in ("p50", "p99", "max"))
        print(f"{', '.join(key)}: {shown} ms", *loaded.faults, sep="\n  ", flush=True)

    @contextmanager
    def _stage(self, mix: Mix) -> Iterator[Stage]:
        self._stages += 1
        with stage(self._broker, self._folder / f"chain-{self._stages}", mix) as chain:
            yield chain


def check_machine() -> None:
    if not os.sched_getaffinity(0) >= CORES:
        raise MissingProgramError("two cores are needed, the ones that the figures are about")
    ensure_installed(PACKAGES)


def main() -> int:
    parser = argparse.ArgumentParser(description="How many events the chain carries.")
    parser.add_argument("--quick", action="store_true", help="one short round, for a look")
    quick = parser.parse_args().quick
    try:
        check_machine()
    except MissingProgramError as error:
        print(f"make bench-ingest: {error}", file=sys.stderr)
        return 2
    end_in_order("make bench-ingest", AT_MOST)
    os.sched_setaffinity(0, CORES)
    with (
        tempfile.TemporaryDirectory(prefix="pulso-bench-ingest-") as folder,
        Broker(Path(folder)).at_work() as broker,
    ):
        bench = Bench(QUICK if quick else FULL, Path(folder), broker)
        text = results(bench.run(), "make bench-ingest", Path(folder))
    print(text)
    if not quick:
        (HERE / "results.md").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
