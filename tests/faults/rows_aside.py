"""Rows 37 to 39: what the broker sets aside by itself, what stops it, and a broker's full disk."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import aio_pika

from parts.broker import guard_command
from tests.broker_stack import Broker
from tests.faults.readings import QUEUE, REJECTED, depth
from tests.faults.rig import Rig
from tests.faults.rows_content import publish
from tests.faults.small_disk import fill, small_disk
from tests.faults.workload import POISON, body_of

FORGED: tuple[dict[str, Any], ...] = (
    {"x-death": ["no table"]},
    {"x-death": "no array"},
    {"x-death": [{"queue": QUEUE, "reason": "expired", "count": 7}]},
    {"x-death": []},
)
BROKER_DISK_MB = 96
RESTART_SECONDS = 30.0


def set_aside_by_the_broker(rig: Rig, each: int, kills: int) -> None:
    """Row 37: messages expire while nobody reads, or come back once too often; all are told."""
    rig.start()
    rig.analytics.kill()
    _publish(rig, range(each), expiration="1")
    rig.until("all have expired", lambda: depth(rig.vhost, REJECTED) == each, 30)
    policy = {"pattern": f"^{QUEUE}$", "definition": {"delivery-limit": 1}, "apply-to": "queues"}
    rig.vhost.api("PUT", "policies", "/limite", policy).raise_for_status()
    rig.until("the policy holds", lambda: rig.vhost.queue(QUEUE).get("policy") == "limite", 20)
    _publish(rig, range(each, 2 * each))
    asyncio.run(_give_back(rig, until=2 * each))
    rig.vhost.api("DELETE", "policies", "/limite").raise_for_status()
    rig.conflicting = frozenset(range(2 * each))  # belong aside
    counted = range(2 * each, 3 * each)
    _publish(rig, counted)
    rig.analytics.start()
    for _ in range(kills):
        _until_told(rig, 1)
        rig.analytics.kill()
        rig.analytics.start()
    _until_told(rig, 2 * each)
    told = _told(rig)
    expected = {"total": 2 * each, "por_motivo": {"expired": each, "delivery_limit": each}}
    rig.findings.check(told == expected, f"the ledger tells {told}, not {expected}")
    rig.findings.faults = 2 * each + kills
    rig.findings.notes.append(f"told as set aside: {told}")


def _publish(rig: Rig, numbers: range, **properties: Any) -> None:
    rig.note_attempts(numbers)
    messages = [(f"id-{n}", body_of(n)) for n in numbers]
    asyncio.run(publish(rig.vhost.url, messages, **properties))
    rig.note_acknowledged(numbers)


async def _give_back(rig: Rig, until: int) -> None:
    """Consume and give back, until the broker has enough of it and *until* are set aside."""
    async with await aio_pika.connect(rig.vhost.url) as connection:
        channel = await connection.channel()
        queue, rejected = await channel.get_queue(QUEUE), await channel.get_queue(REJECTED)
        async with asyncio.timeout(60):
            while (await rejected.declare()).message_count != until:
                if message := await queue.get(fail=False):
                    await message.reject(requeue=True)


def _told(rig: Rig) -> dict[str, Any]:
    return dict((rig.read("/libro") or {"apartados": {"total": 0}})["apartados"])


def _until_told(rig: Rig, messages: int) -> None:
    rig.until(
        f"{messages} are told to be set aside",
        lambda: (
            (rig.read("/estado") or {"apartados": {"total": 0}})["apartados"]["total"] >= messages
        ),
        30,
    )


def forged_headers(rig: Rig, rounds: int, kills: int) -> None:
    """Row 38: bad messages whose header x-death only the broker should write, and others."""
    rig.start()
    numbers = iter(range(POISON, 2 * POISON))
    for turn in range(rounds):
        for headers in FORGED:
            bad = [next(numbers) for _ in range(2)]
            rig.note_attempts(bad)
            forged, plain = ((f"id-{n}", body_of(n)) for n in bad)
            asyncio.run(publish(rig.vhost.url, [forged], headers=headers))
            asyncio.run(publish(rig.vhost.url, [plain]))
            rig.note_acknowledged(bad)
        _publish(rig, range(turn * 100, turn * 100 + 100))
        if turn < kills:
            rig.analytics.kill()
            rig.analytics.start()
    rig.until_quiet()
    nothing = {"broker": 0, "propios": 0}
    rig.until(
        "nothing waits to be set aside",
        lambda: (rig.read("/estado") or {}).get("por_apartar") == nothing,
        30,
    )
    bad_ones = 2 * rounds * len(FORGED)
    fates = (rig.read("/libro") or {})["mensajes"]
    rig.findings.check(fates["rechazados"] == bad_ones, f"{fates}, but {bad_ones} were bad")
    rig.findings.faults = rounds * len(FORGED) + kills


def broker_disk_full(rig: Rig, seconds: float, rate: float) -> None:
    """Row 39: no byte is left on the broker's disk for a while; then it must write again."""
    disk = rig.folder / "broker-disk"
    disk.mkdir()
    mounted = rig.undo.enter_context(small_disk(disk, BROKER_DISK_MB))
    if not mounted:
        rig.findings.notes.append("not run: only root can mount a small disk")
        rig.findings.faults = 1
        rig.start()
        rig.load(rate, 100)
        return
    broker = Broker(disk, "disk_free_limit.absolute = 1MB\n")
    broker.vm.log_path = rig.folder / "broker.log"
    rig.undo.enter_context(broker.at_work())
    rig.move_to(rig.undo.enter_context(broker.virtual_host()))
    rig.start(settle=True)
    rig.load(rate)
    rig.until_counting(30)
    filler = disk / "filler"
    fill(filler)
    time.sleep(seconds)
    filler.unlink()
    guard = _guard(rig, broker)
    ended = rig.until("the broker is ended by its guard", lambda: next(guard), RESTART_SECONDS)
    broker.start()
    back = rig.until_counting(60)
    rig.findings.faults = 1
    rig.findings.notes.append(
        f"ended {ended:.1f} s after there was room, counting {back:.1f} s after it was started"
    )


def _guard(rig: Rig, broker: Broker) -> Iterator[bool]:
    """What compose's health check and the keeper of `make run` do every few seconds."""
    environment = broker.vm.environment | {
        "REPORTE_HOST": "127.0.0.1",
        "REPORTE_PORT": str(rig.report_port),
    }
    while broker.vm.running:
        subprocess.run(guard_command(), env=environment, check=False)
        time.sleep(1)
        yield False
    while True:
        yield True
