"""What the hub is meant to reach, beside what it did."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from push_run import STALLED, Result
from receivers import Punctuality
from rounds import Round, column, figure, keys, ratios

KIND = "350 B"


@dataclass(frozen=True, slots=True)
class Target:
    what: str
    values: list[float]
    at_most: float
    digits: int

    def row(self) -> str:
        met = "yes" if statistics.median(self.values) <= self.at_most else "**no**"
        return f"| {self.what} | {self.at_most:g} | {figure(self.values, self.digits)} | {met} |"


def targets(rounds: Sequence[Round], _: Punctuality) -> Iterator[str]:
    size = keys(rounds)[0][1]
    yield f"The hub's targets, {size} viewers, {KIND}, 10 pushes a second:"
    yield ""
    yield "| | at most | measured | met |"
    yield "|---|---|---|---|"
    for target in _targets(rounds, size):
        yield target.row()


def _targets(rounds: Sequence[Round], size: int) -> Iterator[Target]:
    hub, nchan, floor = ("hub", size), ("nchan", size), ("C floor", size)
    yield Target("CPU a frame ÷ nchan", ratios(rounds, hub, nchan, _cpu), 1.0, 2)
    yield Target("CPU a frame ÷ C floor", ratios(rounds, hub, floor, _cpu), 1.45, 2)
    yield Target("p99 ÷ nchan", ratios(rounds, hub, nchan, _p99), 1.0, 2)
    yield Target("all accepted after s", column(rounds, hub, lambda r: r.connect_seconds), 2.0, 2)
    yield Target("KB a viewer", column(rounds, hub, lambda r: r.kb_per_viewer), 15.0, 1)
    yield Target("p99 ÷ without the 1 % stalled", column(rounds, hub, stalled_ratio), 1.1, 2)
    grown = column(rounds, hub, lambda r: r.grown_kb / size)
    yield Target("KB a viewer grown meanwhile", grown, 0.1, 3)


def _cpu(result: Result) -> float:
    return result.costs[KIND].cpu


def _p99(result: Result) -> float:
    return result.costs[KIND].p99


def stalled_ratio(result: Result) -> float:
    """How much later the others' p99 is while 1 % never read; the same process before is 1."""
    return result.costs[STALLED].p99 / result.costs[KIND].p99
