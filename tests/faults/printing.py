"""The table that a fault run prints."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.execution import Result
from tests.faults.outcome import Counters

HEADER = ("row", "seed", "faults", *Counters._fields, "s", "verdict")


def line(cells: Sequence[object]) -> str:
    widths = [max(len(name), 7) for name in HEADER]
    return " ".join(f"{cell!s:>{width}}" for cell, width in zip(cells, widths, strict=True))


def describe(result: Result) -> str:
    verdict = "FAIL" if result.problems else "PASS"
    cells = (result.row.number, result.seed, result.faults, *result.counters)
    first = line((*cells, f"{result.seconds:.0f}", verdict))
    return "\n".join([first, *(f"        {p}" for p in (*result.notes, *result.problems))])


def summed_up(results: Sequence[Result], seconds: float) -> str:
    """The whole table, and how many failed."""
    failed = sum(bool(result.problems) for result in results)
    last = f"{len(results)} runs, {failed} failed, {seconds:.0f} s"
    return "\n".join(["", line(HEADER), *map(describe, results), last])
