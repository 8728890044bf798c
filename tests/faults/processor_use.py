"""What processor time processes had, and how long they stood in line for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

NANOSECONDS = 1e9


class Use(NamedTuple):
    """Seconds, summed over the threads of a process: several may stand in line at once."""

    ran: float = 0.0
    waited: float = 0.0


def used(pid: int) -> Use:
    """Since its start, by the threads that it has now; nothing where the system does not tell."""
    if sys.platform != "linux":
        return Use()
    ran = waited = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            mine, in_line, _ = (thread / "schedstat").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        ran, waited = ran + int(mine), waited + int(in_line)
    return Use(ran / NANOSECONDS, waited / NANOSECONDS)


class UseOf:
    """Of some processes by name, from now on."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids, self._began = pids, time.monotonic()
        self._before = {name: used(pid) for name, pid in pids.items()}

    def lines(self) -> list[str]:
        """A line a process, in percent of one core."""
        seconds = time.monotonic() - self._began
        found = []
        for name, pid in self._pids.items():
            ran, waited = used(pid)
            then = self._before[name]
            mine, in_line = (ran - then.ran) / seconds, (waited - then.waited) / seconds
            found.append(f"{name}: ran {mine:.0%} of a core, stood in line {in_line:.0%}")
        return found
