"""Rows 10, 11 and 36: the broker stops waiting for an ack; the queue goes, changes, is too new."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing, suppress

import aiormq
from pamqp.commands import Basic

from tests.faults.broker_control import control
from tests.faults.readings import QUEUE
from tests.faults.rig import Rig
from tests.faults.workload import body_of

EXCHANGE = "eventos_clientes"
MINE = 100_000_000_000  # numbers of the row itself start at a multiple of this


def ack_times_out(rig: Rig, consumer_timeout: float, stuck: float, rate: float) -> None:
    """Row 10: the store is stuck for longer than the broker waits for an acknowledgement."""
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    _set_timeouts(rig, int(consumer_timeout * 1000), tick=1000)
    try:
        # A channel keeps the timeout it was opened with.
        rig.analytics.kill()
        rig.analytics.start()
        rig.until_counting(20)
        with closing(sqlite3.connect(rig.store, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN IMMEDIATE")
            time.sleep(stuck)
            db.execute("ROLLBACK")
        rig.findings.faults += 1
        back = rig.until_counting(70)
        rig.findings.notes.append(f"counting again {back:.1f} s after the store")
        rig.until("the broker's time limit is told", lambda: _late_ack_told(rig), 5)
    finally:
        _set_timeouts(rig, 1_800_000, tick=60_000)


def _late_ack_told(rig: Rig) -> bool:
    """By the broker's reason, or on 4.3, which gives none, by the only two that there are."""
    return "timeout" in rig.analytics.log or "an acknowledgement came too late" in rig.analytics.log


def _set_timeouts(rig: Rig, milliseconds: int, tick: int) -> None:
    names = {"consumer_timeout": milliseconds, "channel_tick_interval": tick}
    control(
        rig.vhost.broker,
        "eval",
        " ".join(f"application:set_env(rabbit, {n}, {v})," for n, v in names.items()) + " ok.",
    )


def queue_deleted(rig: Rig, times: int, rate: float) -> None:
    """Row 11: an operator deletes the queue while it is empty, then declares another there."""
    rig.start()
    rig.load(rate, 100)
    rig.finish_loads()
    rig.until_quiet()
    slowest = 0.0
    for _ in range(times):
        rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
        rig.load(rate, 100)
        slowest = max(slowest, rig.until_counting(30))
        rig.finish_loads()
        rig.until_quiet()
        rig.findings.faults += 1
    rig.findings.notes.append(f"counting again at most {slowest:.1f} s after a deletion")
    rig.findings.check(slowest <= 10, f"once it took {slowest:.1f} s to count again")
    _other_arguments(rig)


def _other_arguments(rig: Rig) -> None:
    rig.analytics.kill()
    rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
    other = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    rig.vhost.api("PUT", "queues", f"/{QUEUE}", other).raise_for_status()
    rig.analytics.start(wait=False)
    rig.until("the analytics gives up", lambda: not rig.analytics.running, 30)
    last = rig.analytics.log.strip().splitlines()[-1]
    rig.findings.check(
        rig.analytics.exit_code == 1 and "other arguments than ours" in last,
        f"it ended with {rig.analytics.exit_code}: {last}",
    )
    rig.findings.faults += 1
    rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
    rig.analytics.start()


def new_queue_killed(rig: Rig, times: int, rate: float) -> None:
    """Row 36: the node dies within the first second of a queue, with whatever it confirmed."""
    rig.start(settle=True)
    confirmed: list[int] = []
    for n in range(times):
        rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
        first, seconds = MINE + n * MINE, rig.rng.uniform(0.5, 1.3)
        confirmed += asyncio.run(_publish_eagerly(rig.vhost.url, first, seconds))
        rig.vhost.broker.kill()
        rig.vhost.broker.start()
        rig.load(rate)
        rig.until_counting(60)
        rig.finish_loads()
        rig.until_quiet()
        rig.findings.faults += 1
    rig.note_attempts(confirmed)
    rig.note_acknowledged(confirmed)


async def _publish_eagerly(url: str, first: int, seconds: float) -> list[int]:
    """One event after the other, again until a queue takes it; return those confirmed."""
    confirmed: list[int] = []
    end = time.monotonic() + seconds
    async with await aiormq.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        while time.monotonic() < end:
            number = first + len(confirmed)
            mine = Basic.Properties(message_id=f"mine-{number}", delivery_mode=2)
            with suppress(aiormq.PublishError):
                await channel.basic_publish(
                    body_of(number), exchange=EXCHANGE, properties=mine, mandatory=True
                )
                confirmed.append(number)
    return confirmed
