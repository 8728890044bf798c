"""Rows 5, 7, 8 and 9: confirms get lost; the broker dies, freezes, refuses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.broker_control import control
from tests.faults.probes import resident_mb
from tests.faults.rig import Rig
from tests.port_ranges import free_ports
from tests.stack import python_part

OUTBOX_FULL_SECONDS = 15.0
FLAT_MB = 10.0


def confirms_are_cut(rig: Rig, events: int, rate: float, share: float) -> None:
    """Row 5: the broker has the event, the publisher never hears of it and sends it again."""
    rig.start()
    (port,) = free_ports(1)
    settings = {
        **rig.vhost.settings,
        "PROXY_PORT": port,
        "CUT_SHARE": share,
        "CUT_SEED": rig.rng.randint(0, 1 << 30),
    }
    proxy = python_part("proxy", "tests/faults/cutting_proxy.py", settings, rig.folder)
    rig.keep(proxy).start()
    loads = [rig.load(rate, events, RABBITMQ_PORT=port, LOAD_ALONE=alone) for alone in (1, 0)]
    rig.until("everything is confirmed", lambda: not any(x.running for x in loads), 600)
    for load in loads:
        rig.findings.check(load.exit_code == 0, f"{load.name}: {load.log[-300:]}")
    rig.findings.faults = proxy.log.count("cut\n")
    rig.until_quiet()
    copies = (rig.read("/libro") or {"mensajes": {"duplicados": 0}})["mensajes"]["duplicados"]
    rig.findings.check(copies > 0, "no event was sent twice: the row shows nothing")


def broker_killed(rig: Rig, kills: int, gap: tuple[float, float], rate: float) -> None:
    """Row 7: kill -9 of the node under load, and started again."""
    rig.start(settle=True)
    rig.load(rate)
    slowest = 0.0
    for _ in range(kills):
        time.sleep(rig.rng.uniform(*gap))
        rig.vhost.broker.kill()
        rig.vhost.broker.start()
        slowest = max(slowest, rig.until_counting(60))
        rig.findings.faults += 1
    rig.findings.notes.append(f"counting again at most {slowest:.1f} s after the node was ready")
    rig.findings.check(slowest <= 15, f"once it took {slowest:.1f} s to count again")


def broker_frozen(rig: Rig, seconds: float, rate: float) -> None:
    """Row 8: SIGSTOP of the node; nothing says that it is gone but its silence."""
    rig.start()
    publisher = rig.load(rate)
    rig.until_counting(20)
    start = time.monotonic()
    rig.vhost.broker.pause()
    rig.findings.faults += 1
    try:
        noticed = rig.until("the analytics notices", lambda: not _connected(rig), 40)
        rig.findings.notes.append(f"noticed after {noticed:.0f} s")
        rig.findings.check(noticed <= 35, "the silence was noticed too late")
        time.sleep(max(0.0, start + seconds - time.monotonic()))
    finally:
        rig.vhost.broker.resume()
    back = rig.until_counting(60)
    rig.findings.notes.append(f"counting again {back:.1f} s after the node went on")
    rig.findings.check(publisher.running, "the publisher did not survive")


def _connected(rig: Rig) -> bool:
    return (rig.read("/estado") or {}).get("broker") == "conectado"


def memory_alarm(rig: Rig, seconds: float, rate: float) -> None:
    """Row 9: the broker reads no publisher any more; consumers go on."""
    rig.start()
    publisher = rig.load(rate, LOAD_ALONE=1)  # so that its outbox is full soon
    rig.until_counting(20)
    with _alarm(rig):
        rig.until_stalled(30)
        rig.findings.faults += 1
        start = time.monotonic()
        if seconds > OUTBOX_FULL_SECONDS:
            time.sleep(OUTBOX_FULL_SECONDS)
            before = resident_mb(publisher.pid)
            rig.until_quiet(30)
            time.sleep(max(0.0, start + seconds - time.monotonic()))
            grown = resident_mb(publisher.pid) - before
            rig.findings.notes.append(f"publisher {before:.0f} MB, {grown:+.1f} MB in the alarm")
            rig.findings.check(grown < FLAT_MB, f"the publisher grew by {grown:.0f} MB")
    back = rig.until_counting(60)
    rig.findings.notes.append(f"counting again {back:.1f} s after the alarm")


@contextmanager
def _alarm(rig: Rig) -> Iterator[None]:
    control(rig.vhost.broker, "set_vm_memory_high_watermark", "0.000001")
    try:
        yield
    finally:
        control(rig.vhost.broker, "set_vm_memory_high_watermark", "0.4")
