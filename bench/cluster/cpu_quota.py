"""Holds a process to a share of a core, by the kernel's control groups. Needs root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Short, since a process that is held up may hold a lock that the others wait for.
PERIOD_US = 10_000
ONE_TREE = Path("/sys/fs/cgroup")
CPU_TREE = ONE_TREE / "cpu"


@contextmanager
def cpu_quota(name: str, share: float) -> Iterator[Path]:
    """
    A group whose processes together get *share* of a core; yield the file that takes their pids.

    Its processes must have ended before it does. Raises OSError where groups can't be made.
    https://docs.kernel.org/scheduler/sched-bwc.html
    """
    own_tree = (CPU_TREE / "cpu.cfs_quota_us").exists()
    group = (CPU_TREE if own_tree else ONE_TREE) / f"pulso-{os.getpid()}-{name}"
    group.mkdir()
    quota = int(share * PERIOD_US)
    try:
        if own_tree:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
        yield group / "cgroup.procs"
    finally:
        with suppress(OSError):  # who is interrupted may leave a process in it
            group.rmdir()
