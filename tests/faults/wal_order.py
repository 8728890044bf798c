"""Reads a trace of system calls: was the store's log on the disk before each acknowledgement?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# basic.ack and basic.reject as their class and method numbers leave in a frame
_SETTLES = re.compile(r"sendto\(.*\\x00\\x3c\\x00(\\x50|\\x5a)")
_SYNC = re.compile(r"^(\d+) .*(?:fsync|fdatasync)\(\d+<[^>]*-wal>(.*)$")
_SYNC_ENDS = re.compile(r"^(\d+) .*<\.\.\. (?:fsync|fdatasync) resumed>.*= 0")


class Order(NamedTuple):
    syncs: int
    settled: int  # writes to the broker that acknowledge or reject
    too_early: int  # those without a sync of the log of their own


def order_of(trace: Iterable[str]) -> Order:
    """
    *trace* is the output of `strace -f -y -x`, one line a call, begun while nothing was being
    counted: so the n-th write comes after n syncs, and after one more than the write before it.

    A call that another thread interrupts has two lines; a write counts from when it begins, a
    sync from when it has returned.
    """
    syncs = settled = too_early = 0
    synced = False
    waiting: set[str] = set()
    for line in trace:
        if began := _SYNC.match(line):
            if "unfinished" in began[2]:
                waiting.add(began[1])
            elif began[2].endswith("= 0"):
                syncs, synced = syncs + 1, True
        elif (ended := _SYNC_ENDS.match(line)) and ended[1] in waiting:
            waiting.remove(ended[1])
            syncs, synced = syncs + 1, True
        elif _SETTLES.search(line):
            settled += 1
            too_early += not synced or syncs < settled
            synced = False
    return Order(syncs, settled, too_early)
