"""What each part of a chain, and all others, cost during a load."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from process_cost import core_busy_us, cpu_us, resident_kb


@dataclass(frozen=True, slots=True)
class Use:
    cpu_us: float
    kb: int


@dataclass(frozen=True, slots=True)
class Cost:
    """*others* is the share of our cores' time that went to none of the parts in *uses*."""

    seconds: float
    uses: dict[str, Use]
    others: float


class Meter:
    """Reads the parts' processes, from its making on."""

    def __init__(self, pids: Mapping[str, Sequence[int]]) -> None:
        self._pids = pids
        self._before = {name: cpu_us(each) for name, each in pids.items()}
        self._busy, self._began = _machine_us(), time.monotonic()

    def read(self, publisher_us: float) -> Cost:
        """Return the cost until now; *publisher_us* is of a publisher that we can't read."""
        seconds = time.monotonic() - self._began
        busy = _machine_us() - self._busy
        uses = {
            name: Use(cpu_us(each) - self._before[name], resident_kb(each))
            for name, each in self._pids.items()
        }
        publisher = uses["publisher"]
        uses["publisher"] = Use(publisher.cpu_us + publisher_us, publisher.kb)
        ours = sum(use.cpu_us for use in uses.values())
        cores = len(os.sched_getaffinity(0))
        return Cost(seconds, uses, max(busy - ours, 0.0) / (seconds * 1e6 * cores))


def _machine_us() -> float:
    return sum(core_busy_us(core) for core in os.sched_getaffinity(0))
