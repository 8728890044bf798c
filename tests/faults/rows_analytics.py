"""Rows 1, 2, 3 and 14: the analytics dies, at random, at a named place, or beside a second one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import aiormq

from tests.faults import kill_points
from tests.faults.load import POINTS as PUBLISHER_POINTS
from tests.faults.readings import QUEUE, depth
from tests.faults.rig import Rig
from tests.port_ranges import free_ports
from tests.stack import ROOT, Part

ANALYTICS_POINTS = tuple(sorted(kill_points.POINTS))
COUNTING_AGAIN = 5.0  # seconds from the start of the process


def killed_at_random(
    rig: Rig, kills: int, gap: tuple[float, float], rate: float, least_rate: float
) -> None:
    """Row 1: kill -9 under load."""
    rig.start()
    rig.load(rate)
    start, slowest = time.monotonic(), 0.0
    for _ in range(kills):
        time.sleep(rig.rng.uniform(*gap))
        rig.analytics.kill()
        before = time.monotonic()
        rig.analytics.start(wait=False)
        rig.until_counting(30)
        slowest = max(slowest, time.monotonic() - before)
        rig.findings.faults += 1
    reached = len(rig.ledger().acknowledged) / (time.monotonic() - start)
    rig.findings.notes.append(
        f"{reached:.0f} events/s; counting again at most {slowest:.1f} s after a start"
    )
    rig.findings.check(reached >= least_rate, f"only {reached:.0f} events/s were confirmed")
    rig.findings.check(slowest <= COUNTING_AGAIN, f"once it took {slowest:.1f} s to count again")


def killed_at_points(
    rig: Rig, runs: int, rate: float, places: Sequence[str] = ANALYTICS_POINTS
) -> None:
    """Row 2: kill -9 at each of these places of the analytics, and at each of the publisher."""
    rig.start()
    rig.load(rate)
    rig.analytics.kill()
    usual = rig.analytics.command[1]
    can_be_killed(rig.analytics)
    for point in places:
        for _ in range(runs):
            rig.analytics.environment["FAULT_POINT"] = f"{point}:{rig.rng.randint(1, 10)}"
            rig.analytics.start(wait=False)
            _expect_kill(rig, rig.analytics)
    del rig.analytics.environment["FAULT_POINT"]
    rig.analytics.command[1] = usual
    rig.analytics.start()
    rig.finish_loads()
    for point in PUBLISHER_POINTS:
        for _ in range(runs):
            _expect_kill(rig, rig.load(rate, LOAD_KILL=f"{point}:{rig.rng.randint(1, 100)}"))
    rig.publisher_died()
    rig.findings.notes.append(f"{len(places) + len(PUBLISHER_POINTS)} places, {runs} times each")


def can_be_killed(analytics: Part) -> None:
    """From its next start on, at the place that FAULT_POINT names."""
    home = Path(analytics.command[1]).parent
    analytics.command[1] = str(ROOT / "tests/faults/folding_analytics.py")
    analytics.environment["PYTHONPATH"] = f"{home}:{ROOT}"


def _expect_kill(rig: Rig, part: Part) -> None:
    rig.until(f"{part.name} reaches its place", lambda: not part.running, 30)
    rig.findings.check(part.exit_code == -9, f"{part.name} ended with {part.exit_code}")
    rig.findings.faults += 1


def dies_without_an_ack(rig: Rig, deaths: int, own_deaths: int, messages: int) -> None:
    """
    Row 3: far more deaths in a row than RabbitMQ 4's default delivery limit of 20.

    First of consumers that took up to 500 messages and vanish, then of the analytics itself.
    """
    rig.start()
    rig.analytics.kill()
    publisher = rig.load(2000, messages, LOAD_ALONE=1)
    rig.until("everything is published", lambda: not publisher.running, 60)
    asyncio.run(_take_and_vanish(rig, deaths))
    usual = rig.analytics.command[1]
    can_be_killed(rig.analytics)
    for _ in range(own_deaths):
        rig.analytics.environment["FAULT_POINT"] = "before_commit:1"
        rig.analytics.start(wait=False)
        _expect_kill(rig, rig.analytics)
    del rig.analytics.environment["FAULT_POINT"]
    rig.analytics.command[1] = usual
    waiting = 0

    def all_back() -> bool:
        nonlocal waiting
        waiting = depth(rig.vhost, QUEUE)
        return waiting == messages

    rig.until("all messages wait again", all_back, 10)
    rig.findings.notes.append(f"{waiting} of {messages} waited after {rig.findings.faults} deaths")
    rig.analytics.start()


async def _take_and_vanish(rig: Rig, deaths: int) -> None:
    for _ in range(deaths):
        connection = await aiormq.connect(rig.vhost.url)
        channel = await connection.channel()
        got = asyncio.Event()
        await channel.basic_qos(prefetch_count=500)

        async def taken(_: object, got: asyncio.Event = got) -> None:
            got.set()

        await channel.basic_consume(QUEUE, taken)
        async with asyncio.timeout(10):
            await got.wait()
        await connection.close()
        rig.findings.faults += 1


def two_at_once(rig: Rig, hand_overs: int, gap: tuple[float, float], rate: float) -> None:
    """Row 14: a second analytics on the same store refuses, and takes over when the first dies."""
    rig.start()
    rig.load(rate)
    (other_port,) = free_ports(1)
    for n in range(hand_overs):
        time.sleep(rig.rng.uniform(*gap))
        second = rig.new_analytics(f"second-{n}")
        second.environment["REPORTE_PORT"] = str(other_port)
        second.start(wait=False)
        rig.until("the second refuses", lambda part=second: not part.running, 10)  # type: ignore[misc]
        rig.findings.check(
            second.exit_code == 1 and "in use by process" in second.log,
            f"the second ended with {second.exit_code}: {second.log[-300:]}",
        )
        rig.analytics.kill()
        second.environment["REPORTE_PORT"] = rig.analytics.environment["REPORTE_PORT"]
        second.start(wait=False)
        rig.analytics = second
        rig.until_counting(30)
        rig.findings.faults += 1
