"""
make fuzz: bodies by the million, to both decoders. Repeatable by its seed.

Whatever they are, decoding returns events that keep the
rules or a reason, both decoders say the same, and neither takes more than 1 ms per KB (p99.9).
What the schema of contracts/ or one of contracts/rules.json refuses is rejected, with the place
named; everything else is counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from array import array
from collections import Counter
from math import floor

from decoding.cell_reading import Cell, CellReader
from decoding.event_decoding import NotCountableError, decode
from decoding.event_time import END_OF_YEAR_9999
from tests.contracts.body_rules import faults_of, place_named
from tests.fuzz.fuzzed_bodies import Fuzzer

ARRIVAL = 1_795_503_600.5
MOST_MS_PER_KB = 1.0  # of this thread: how busy the machine is with others says nothing


class Judge:
    """Gives bodies to the decoders, and remembers what came of them."""

    def __init__(self) -> None:
        self._reader = CellReader()
        self.outcomes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()  # bodies, by each rule that they break
        self.ms_per_kb = array("d")

    def try_one(self, body: bytes, header: object, app_id: str | None) -> None:
        """Raises AssertionError, or whatever a decoder raises that it must not."""
        start = time.thread_time()
        read = self._read(body, header, app_id)
        took = time.thread_time() - start
        self.ms_per_kb.append(took * 1000 / max(len(body) / 1024, 1))
        assert read == _decoded(body, header, app_id), "the decoders differ"
        if isinstance(read, str):
            assert read, "a reason without words"
            self.outcomes["rejected"] += 1
        else:
            assert read, "counted without an event"
            assert all(map(_keeps_the_rules, read)), read
            self.outcomes["counted"] += 1
        self._agrees(read, body, header, app_id)

    def _agrees(
        self, read: list[Cell] | str, body: bytes, header: object, app_id: str | None
    ) -> None:
        faults = faults_of(body, header, app_id)
        self.refusals.update({fault.rule for fault in faults})
        if isinstance(read, str):
            places = {fault.place for fault in faults}
            assert place_named(read) in places, f"rejected by {read!r}, the contract says {faults}"
        else:
            assert not faults, f"counted, the contract says {faults}"

    def _read(self, body: bytes, header: object, app_id: str | None) -> list[Cell] | str:
        try:
            return list(self._reader.read(body, header, app_id, ARRIVAL).cells)
        except NotCountableError as error:
            return str(error)


def _decoded(body: bytes, header: object, app_id: str | None) -> list[Cell] | str:
    try:
        events = decode(body, header, app_id)
    except NotCountableError as error:
        return str(error)
    return [
        (e.cliente, e.evento, floor(ARRIVAL if e.timestamp is None else e.timestamp))
        for e in events
    ]


def _keeps_the_rules(cell: Cell) -> bool:
    *names, second = cell
    return 0 <= second < END_OF_YEAR_9999 and all(
        1 <= len(name) <= 64 and name == name.strip() and name.encode() for name in names
    )


def fuzz(bodies: int, seed: int) -> Judge:
    """Raises AssertionError with the body that broke a rule."""
    fuzzer, judge = Fuzzer(seed), Judge()
    for _ in range(bodies):
        body, outside = fuzzer.body(), fuzzer.outside()
        try:
            judge.try_one(body, *outside)
        except Exception as error:
            raise AssertionError(f"{error!r} for {body[:2000]!r}, outside {outside}") from error
    return judge


def main() -> int:
    parser = argparse.ArgumentParser(prog="body_fuzz.py")
    parser.add_argument("--bodies", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.monotonic()
    judge = fuzz(given.bodies, given.seed)
    times = sorted(judge.ms_per_kb)
    p50, slow = times[len(times) // 2], times[int(len(times) * 0.999)]
    print(  # noqa: T201
        f"{given.bodies:,} bodies (seed {given.seed}) in {time.monotonic() - start:.0f} s:"
        f" {judge.outcomes['counted']:,} counted, {judge.outcomes['rejected']:,} rejected,"
        f" nothing else; ms per KB: p50 {p50:.4f}, p99.9 {slow:.4f}"
    )
    print("the contract refuses, by rule:", dict(judge.refusals.most_common()))  # noqa: T201
    return 0 if slow <= MOST_MS_PER_KB else 1


if __name__ == "__main__":
    sys.exit(main())
