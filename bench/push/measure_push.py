"""
What pushing costs, next to nginx+nchan, `websockets.broadcast()` and the kernel: `make bench-push`.

Every round measures each server once, in an order that shifts from round to round; ratios are
taken within a round. Server on core 0, viewers and clock on core 1, everything on loopback.
`--quick` is one round of few viewers: it shows that all of it works, not how fast it is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import push_servers as servers
from bench_packages import PACKAGES
from machine.system_packages import MissingProgramError, ensure_installed
from pinned_process import OTHER_CORE, SERVER_CORE
from push_report import results
from push_run import Opened, Plan, measure_once
from receivers import Punctuality
from rounds import Round
from tests.ending import end_in_order

HERE = Path(__file__).resolve().parent
AT_MOST = 480  # seconds; then it ends by itself
FRAMES = ("snapshot", "change", "350 B")
STALLABLE = ("hub", "nchan")  # what is measured again with 1 % that never read


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is measured; the first *proxied* rounds include Traefik and the whole panel."""

    rounds: int
    proxied: int
    sizes: tuple[int, ...]
    pushes: tuple[int, ...]  # of each of FRAMES; half as many where viewers are few
    stalled: int


# With fewer pushes the p99 of a round is the end of its one slowest push.
FULL = Scope(rounds=5, proxied=3, sizes=(5000, 1000), pushes=(10, 10, 50), stalled=20)
QUICK = Scope(rounds=1, proxied=1, sizes=(500,), pushes=(5, 5, 10), stalled=10)


@dataclass
class Bench:
    scope: Scope
    folder: Path
    punctuality: Punctuality = field(default_factory=Punctuality)

    def compile(self, name: str) -> Path:
        program = self.folder / name
        source = HERE / f"{name}.c"
        subprocess.run(["gcc", "-O2", "-Wall", "-o", program, source], check=True)
        return program

    def run(self) -> list[Round]:
        receiver, floor = self.compile("receiver"), self.compile("floor")
        rounds: list[Round] = []
        for number in range(self.scope.rounds):
            rounds.append({})
            for name, size, opened, plan in self._steps(number, floor):
                began = time.monotonic()
                rounds[-1][name, size] = measure_once(receiver, opened, plan, self.punctuality)
                seconds = time.monotonic() - began
                print(f"round {number + 1}: {name}, {size} viewers: {seconds:.0f} s", flush=True)
        return rounds

    def _steps(self, number: int, floor: Path) -> Iterator[tuple[str, int, Opened, Plan]]:
        scope = self.scope
        compared: list[tuple[str, Opened]] = [
            ("C floor", partial(servers.floor, floor)),
            ("nchan", partial(servers.nchan, self.folder)),
            ("hub", servers.hub),
            ("broadcast", servers.broadcast),
        ]
        shift = number % len(compared)
        for size in scope.sizes:
            divisor = 1 if size == scope.sizes[0] else 2
            kinds = {f: n // divisor for f, n in zip(FRAMES, scope.pushes, strict=True)}
            for name, opened in compared[shift:] + compared[:shift]:
                stalled = scope.stalled if size == scope.sizes[0] and name in STALLABLE else 0
                yield name, size, opened, Plan(size, kinds, stalled)
            if number < scope.proxied:
                yield "hub behind Traefik", size, servers.proxied_hub, Plan(size, kinds)
        if number < scope.proxied:
            plan = Plan(scope.sizes[0], {"report": scope.pushes[-1]})
            yield "whole panel", scope.sizes[0], servers.panel, plan


def check_machine() -> None:
    if not {SERVER_CORE, OTHER_CORE} <= os.sched_getaffinity(0):
        raise MissingProgramError("two cores are needed: one for the server, one for its viewers")
    ensure_installed(PACKAGES)


def main() -> int:
    parser = argparse.ArgumentParser(description="What pushing costs, next to others.")
    parser.add_argument("--quick", action="store_true", help="one small round, for a look")
    scope = QUICK if parser.parse_args().quick else FULL
    try:
        check_machine()
    except MissingProgramError as error:
        print(f"make bench-push: {error}", file=sys.stderr)
        return 2
    end_in_order("make bench-push", AT_MOST)
    os.sched_setaffinity(0, {OTHER_CORE})
    with tempfile.TemporaryDirectory(prefix="pulso-bench-push-") as folder:
        bench = Bench(scope, Path(folder))
        text = results(bench.run(), bench.punctuality)
    print(text)
    if scope is FULL:
        (HERE / "results.md").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
