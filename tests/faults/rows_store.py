"""Row 12: for a while the store is locked, or read-only, or its disk is full."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from tests.faults.immutable_files import immutable
from tests.faults.probes import resident_mb
from tests.faults.readings import QUEUE
from tests.faults.report_reader import QUIET_SECONDS
from tests.faults.rig import Rig
from tests.faults.small_disk import fill, small_disk

PREFETCH = 1000
FLAT_MB = 20.0
DISK_MB = 64


def locked(rig: Rig, seconds: float, rate: float) -> None:
    """Row 12: another program holds the write lock of the store, for a moment or for long."""
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    with closing(sqlite3.connect(rig.store, isolation_level=None, timeout=10)) as db:
        db.execute("BEGIN IMMEDIATE")
        _until_paused(rig)
        _endure(rig, seconds)
        db.execute("ROLLBACK")
    rig.findings.faults += 1
    _recovered(rig)


def disk_full(rig: Rig, seconds: float, rate: float) -> None:
    """Row 12: no byte is left on the store's disk; the supervisor restarts what ends."""
    with small_disk(rig.store.parent, DISK_MB) as mounted:
        if not mounted:
            rig.findings.notes.append("disk full: not run, only root can mount a small disk")
            return locked(rig, seconds, rate)
        rig.start()
        rig.load(rate)
        rig.until_counting(20)
        filler = rig.store.with_name("filler")
        fill(filler)
        restarts = _endure(rig, seconds)
        filler.unlink()
        rig.findings.faults += 1
        rig.findings.notes.append(f"disk full for {seconds:.0f} s: {restarts} restarts")
        # One, if the last byte goes between the look at the free space and the COMMIT.
        rig.findings.check(restarts <= 1, f"a crash loop of {restarts} restarts")
        if not rig.analytics.running:
            rig.analytics.start()
        _recovered(rig)
        rig.keep_store_elsewhere()
    return None


def read_only(rig: Rig, seconds: float, rate: float) -> None:
    """Row 12: the store's files may no longer be written while they are open."""
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    files = [rig.store, rig.store.with_name(f"{rig.store.name}-wal")]
    with immutable(files) as made:
        if not made:
            rig.findings.notes.append("read-only: not run, only root can, and not on every disk")
            rig.findings.faults += 1
            return
        restarts = _until_paused(rig) + _endure(rig, seconds)
    rig.findings.faults += 1
    rig.findings.notes.append(f"read-only for {seconds:.0f} s: {restarts} restarts")
    # One, if it became so between the look at the files and the COMMIT.
    rig.findings.check(restarts <= 1, f"a crash loop of {restarts} restarts")
    if not rig.analytics.running:
        rig.analytics.start()
    _recovered(rig)


def _store_says(rig: Rig) -> str:
    return str((rig.read("/estado") or {}).get("almacen"))


def _until_paused(rig: Rig) -> int:
    """
    Wait until the store is told to be paused; return how often the analytics was restarted.

    One that found it so at its start says it in its log only, where it waits for the store.
    """
    restarts = 0

    def paused() -> bool:
        nonlocal restarts
        restarts += _supervised(rig)
        return _store_says(rig) == "en_pausa" or rig.analytics.log.endswith("): waiting\n")

    rig.until("the store is told to be paused", paused, 10)
    return restarts


def _endure(rig: Rig, seconds: float) -> int:
    """Let time pass; return how often the analytics was restarted."""
    before, restarts = resident_mb(rig.analytics.pid), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.2)
        restarts += _supervised(rig)
    if not restarts:
        grown = resident_mb(rig.analytics.pid) - before
        rig.findings.notes.append(f"analytics {before:.0f} MB, {grown:+.1f} MB meanwhile")
        rig.findings.check(grown < FLAT_MB, f"the analytics grew by {grown:.0f} MB")
    return restarts


def _supervised(rig: Rig) -> int:
    """Start the analytics again if it has ended, as a supervisor does; return how often."""
    if rig.analytics.running:
        return 0
    time.sleep(0.5)
    rig.analytics.start(wait=False)
    return 1


def _recovered(rig: Rig) -> None:
    back = rig.until_counting(30)
    rig.until("the store is told to be well", lambda: _store_says(rig) == "ok", 10)
    rig.finish_loads()
    redelivered = _redelivered(rig)
    rig.findings.notes.append(f"counting again {back:.1f} s after; {redelivered} redelivered")
    rig.findings.check(redelivered <= PREFETCH, f"a redelivery loop: {redelivered} messages")


def _redelivered(rig: Rig) -> int:
    """How often the broker has delivered a message again; its figures come every 1 to 5 s."""
    sent = rig.ledger().confirmed
    stats: dict[str, int] = {}

    def told() -> bool:
        stats.update(rig.vhost.queue(QUEUE).get("message_stats", {}))
        return stats.get("ack", 0) >= len(sent)

    rig.until("the broker's figures are up to date", told, QUIET_SECONDS)
    return stats.get("redeliver", 0)
