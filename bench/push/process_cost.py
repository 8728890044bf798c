"""What processes have used: CPU time and memory, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """*pid* and all its descendants."""
    children = (PROC / f"{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def cpu_us(pids: Iterable[int]) -> float:
    """
    User and system time of all threads.

    It is what /proc/PID/stat holds as utime + stime, in nanoseconds instead of ticks of 10 ms.
    """
    threads = [thread for pid in pids for thread in (PROC / f"{pid}/task").iterdir()]
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1000


def resident_kb(pids: Iterable[int]) -> int:
    """Resident memory: what the processes hold themselves, without the kernel's socket buffers."""
    statuses = [(PROC / f"{pid}/status").read_text() for pid in pids]
    return sum(int(status.partition("VmRSS:")[2].split()[0]) for status in statuses)


def core_busy_us(core: int) -> float:
    """Busy time of a whole core, interrupts and other programs included; in ticks."""
    lines = (PROC / "stat").read_text().splitlines()
    fields = next(line.split()[1:] for line in lines if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _iowait, irq, softirq = map(int, fields[:7])
    ticks = user + nice + system + irq + softirq
    return ticks * 1e6 / os.sysconf("SC_CLK_TCK")
