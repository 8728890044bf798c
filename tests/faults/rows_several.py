"""Row 61: three analytics on one PostgreSQL, killed at random, and frozen."""

from __future__ import annotations

import time

from tests.faults.rig import Rig
from tests.faults.rows_server import COUNTING_AGAIN, counts_in_a_server, into_the_file
from tests.port_ranges import free_ports
from tests.stack import Part

BESIDE = 2


def several_count(rig: Rig, kills: int, frozen: float, rate: float) -> None:
    """One of them killed, whichever, *kills* times; then one is frozen for so many seconds."""
    with counts_in_a_server(rig):
        url = rig.analytics.environment["STORE_URL"]
        rig.start()
        each = [rig.analytics, *(beside(rig, url, port) for port in free_ports(BESIDE))]
        rig.load(rate)
        rig.until_counting(20)
        for _ in range(kills):
            time.sleep(rig.rng.uniform(0.02, 0.5))
            victim = rig.rng.choice(each)
            victim.kill()
            victim.start(wait=False)
            rig.findings.faults += 1
        rig.until_counting(COUNTING_AGAIN)
        each[1].pause()
        time.sleep(frozen)
        rig.until_counting(COUNTING_AGAIN)
        each[1].resume()
        rig.findings.faults += 1
        rig.finish_loads()
        rig.until_quiet()
        for part in each[1:]:
            part.wait_ready()
            rig.findings.check(part.stop() == 0, f"{part.name} did not stop cleanly")
        into_the_file(rig)


def beside(rig: Rig, url: str, port: int) -> Part:
    part = rig.new_analytics(f"analytics-{port}", STORE_URL=url, REPORTE_PORT=port)
    part.start()
    return part
