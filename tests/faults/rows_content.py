"""Rows 4 and 6: messages that can't be counted, and ids that are used for two bodies."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiormq
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic

from tests.faults.rig import Rig
from tests.faults.workload import body_of

CHUNK = 500


async def publish(
    vhost_url: str, messages: list[tuple[str, bytes]], at_once: int = CHUNK, **properties: Any
) -> None:
    """Confirmed publishes of bodies under ids of the row's choice, *at_once* in flight."""
    connection = await aiormq.connect(vhost_url)
    channel = await connection.channel(publisher_confirms=True)
    for start in range(0, len(messages), at_once):
        chunk = messages[start : start + at_once]
        await asyncio.gather(*(_one(channel, i, body, properties) for i, body in chunk))
    await connection.close()


async def _one(
    channel: AbstractChannel, message_id: str, body: bytes, properties: dict[str, Any]
) -> None:
    confirmed = await channel.basic_publish(
        body,
        exchange="eventos_clientes",
        properties=Basic.Properties(message_id=message_id, delivery_mode=2, **properties),
        mandatory=True,
    )
    assert isinstance(confirmed, Basic.Ack), confirmed


def poison(rig: Rig, events: int, every: int, rounds: int) -> None:
    """
    Row 4: every n-th message can't be counted; drained from backlogs, clean and poisoned in turns.

    A drain takes a second or two. So the best of each kind are compared: whatever else the machine
    does can only make one slower.
    """
    rig.start()
    clean, poisoned = [], []
    for _ in range(rounds):
        clean.append(_drain(rig, events, 0))
        poisoned.append(_drain(rig, events, every))
    rejected = rig.read("/rechazados?limite=1000") or {"motivos": {}, "muestras": []}
    rig.findings.faults = sum(rejected["motivos"].values())
    expected = len(poisoned) * events // every
    rig.findings.check(
        rig.findings.faults == expected, f"{rig.findings.faults} rejected, not {expected}"
    )
    unnamed = [s for s in rejected["muestras"] if "cliente" not in s["motivo"]]
    rig.findings.check(not unnamed, f"reasons that don't name the field: {unnamed[:1]}")
    rig.findings.notes.append(f"drained at {max(poisoned):.0f} messages/s")
    share = max(poisoned) / max(clean)
    rig.findings.notes.append(f"clean {max(clean):.0f}/s: {share:.0%}")
    rig.findings.check(share >= 0.8, f"poison slows counting to {share:.0%}")


def _drain(rig: Rig, events: int, poison_every: int) -> float:
    """Messages a second of a backlog, from when a tenth of it is counted until all is."""
    rig.analytics.kill()
    publisher = rig.load(1e6, events, LOAD_ALONE=1, LOAD_POISON_EVERY=poison_every)
    rig.until("the backlog is published", lambda: not publisher.running, 300)
    before = rig.received_in_store()
    rig.analytics.start()

    def received() -> int:
        ledger = rig.read("/libro")
        return ledger["mensajes"]["recibidos"] - before if ledger else 0

    rig.until("a tenth is counted", lambda: received() >= events // 10, 300)
    began, at = received(), time.monotonic()
    rig.until("the backlog is counted", lambda: received() >= events, 300)
    return (events - began) / (time.monotonic() - at)


def one_id_two_bodies(rig: Rig, ids: int, copies: int) -> None:
    """Row 6: the first body counts; another one under its id is set aside, in whatever number."""
    rig.start()
    first = [(f"id-{n}", body_of(n)) for n in range(ids)]
    other = [(f"id-{n}", body_of(ids + n)) for n in range(ids)]
    numbers = range(2 * ids)
    rig.note_attempts(numbers)
    asyncio.run(publish(rig.vhost.url, first))
    later = (other + first) * copies
    rig.rng.shuffle(later)
    asyncio.run(publish(rig.vhost.url, later))
    rig.note_acknowledged(numbers)
    rig.conflicting = frozenset(range(ids, 2 * ids))
    rig.findings.faults = ids
    rig.until_quiet()
    fates = (rig.read("/libro") or {"mensajes": {}})["mensajes"]
    expected = {
        "recibidos": ids + 2 * ids * copies,
        "contados": ids,
        "duplicados": ids * (2 * copies - 1),
        "conflictos": ids,
        "rechazados": 0,
    }
    rig.findings.check(fates == expected, f"the ledger says {fates}, not {expected}")
