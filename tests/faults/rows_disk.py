"""Rows 13 and 15: what is on the disk before an acknowledgement, and a backlog of a million."""

from __future__ import annotations

import asyncio
import os
import shutil
import time

from tests.faults.probes import peak_mb
from tests.faults.rig import Rig
from tests.faults.rows_content import publish
from tests.faults.wal_order import order_of
from tests.faults.workload import body_of
from tests.stack import Part

CHUNK = 20_000


def synced_before_acknowledged(rig: Rig, seconds: float, rate: float) -> None:
    """Row 13: a power cut finds every acknowledged event on the disk, by the order of the calls."""
    strace = shutil.which("strace")
    rig.start()
    if strace is None:
        rig.findings.notes.append("not run: strace is not installed")
        rig.load(rate, 100)
        return
    trace = rig.folder / "trace"
    calls = ["-f", "-y", "-x", "-s", "64", "-e", "trace=fsync,fdatasync,sendto"]
    command = [strace, *calls, "-o", str(trace), "-p", str(rig.analytics.pid)]
    tracer = Part("strace", command, os.environ, rig.folder, lambda part: "attached" in part.log)
    rig.keep(tracer).start()
    rig.load(rate)
    time.sleep(seconds)
    tracer.stop()
    with trace.open() as lines:
        order = order_of(lines)
    rig.findings.faults = order.settled
    rig.findings.notes.append(
        f"{order.settled} writes of acknowledgements, {order.syncs} syncs of the log,"
        f" {order.too_early} writes before their sync"
    )
    rig.findings.check(order.settled > 10, "too few acknowledgements were seen")
    rig.findings.check(order.too_early == 0, f"{order.too_early} acknowledged before the sync")


def backlog(rig: Rig, messages: int, most_mb: float, least_rate: float) -> None:
    """Row 15: start with a long queue; memory stays that of a prefetch."""
    rig.start()
    rig.analytics.kill()
    rig.note_attempts(range(messages))
    start = time.monotonic()
    for first in range(0, messages, CHUNK):
        chunk = range(first, min(first + CHUNK, messages))
        asyncio.run(publish(rig.vhost.url, [(f"id-{n:09}", body_of(n)) for n in chunk]))
    rig.note_acknowledged(range(messages))
    rig.findings.notes.append(
        f"published at {messages / (time.monotonic() - start):.0f} messages/s"
    )
    rig.analytics.start()
    seconds = rig.until(
        "the backlog is counted", lambda: (rig.read() or {"total": 0})["total"] >= messages, 600
    )
    peak, rate = peak_mb(rig.analytics.pid), messages / seconds
    rig.findings.faults = 1
    rig.findings.notes.append(f"counted at {rate:.0f} messages/s with at most {peak:.0f} MB")
    rig.findings.check(peak <= most_mb, f"it took {peak:.0f} MB")
    rig.findings.check(rate >= least_rate, f"it counted {rate:.0f} messages/s")
