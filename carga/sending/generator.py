"""A process that publishes its parts of a run, in an open loop."""

from __future__ import annotations

import asyncio
import gc
import math
import time
from array import array
from collections.abc import Iterable

from carga.sending.clients import clients_of, dealt
from carga.sending.confirm_ledger import ConfirmLedger, Run
from carga.sending.event_stream import EventStream
from carga.sending.schedule import Schedule
from carga.wire.clock import RunClock
from carga.wire.messages import (
    NUMBER,
    Begin,
    BrokerAddress,
    Finished,
    Generate,
    Progress,
    Ready,
)
from carga.wire.parent_line import ParentLine
from publishing.broker_link import Broker
from publishing.event_queue import Limits
from publishing.publisher import Publisher

TICK = 0.002  # seconds: how often at most a generator looks at its schedule
LATE = 10  # milliseconds after its time, from which on an event counts as handed over late
AT_ONCE = 100  # milliseconds of schedule to catch up with in one go
REPORT_SECONDS = 0.1


class Part:
    """One connection, and the events that go over it."""

    def __init__(self, task: Generate, number: int, clock: RunClock) -> None:
        clients = dealt(clients_of(task.crowd), task.of)[number]
        share = math.fsum(client.weight for client in clients)
        self._schedule = Schedule(task.profile, task.peak, task.seconds, share)
        self._stream = EventStream(task.crowd.seed, number, clients, task.kinds)
        self._stream.draw(self._schedule.total)  # now, while nothing is due
        self._clock = clock
        self.ledger = ConfirmLedger(clock.ticks)
        limits = Limits(batch_bytes=1) if task.one_by_one else Limits()
        self.publisher = Publisher(_broker(task.broker, number), limits, self.ledger)
        self._runs: list[Run] = []
        self._numbers = array(NUMBER)
        self.late = self.worst_late = 0

    async def produce(self) -> None:
        """Hand over each event when it is due, or as soon as there is room for it."""
        at = 0
        while at < self._schedule.end:
            now = self._clock.milliseconds()
            stop = min(now + 1, at + AT_ONCE)
            await self._hand_over(list(self._schedule.slots(at, stop)), now)
            at = max(at, stop)
            if at > now:
                await self._clock.sleep_until(max(self._next_due(at), now + TICK * 1000))

    @property
    def unsent(self) -> int:
        """Events that should have been handed over by now, and are not."""
        due = self._schedule.due_before(self._clock.milliseconds() - LATE)
        return max(due - self.publisher.accepted, 0)

    def take_report(self) -> tuple[list[Run], array[int]]:
        taken = self._runs, self._numbers
        self._runs, self._numbers = [], array(NUMBER)
        return taken

    async def _hand_over(self, slots: list[Run], now: int) -> None:
        bodies: list[bytes] = []
        numbers = array(NUMBER)
        for due, events in slots:
            some, their_bodies = self._stream.take(events, self._clock.moment(due))
            numbers += some
            bodies += their_bodies
            if now - due > LATE:
                self.late += events
            self.worst_late = max(self.worst_late, now - due)
        if bodies:
            self.ledger.expect(slots, numbers)
            self._runs += slots
            self._numbers += numbers
            await self.publisher.publish_many(None, bodies)

    def _next_due(self, at: int) -> int:
        soon = next(self._schedule.slots(at, at + 50), None)
        return soon[0] if soon else min(at + 50, self._schedule.end)


async def generate(task: Generate, line: ParentLine) -> None:
    """Publish until the schedule ends or a Stop comes, then wait until all is confirmed."""
    clock = RunClock()
    parts = [Part(task, number, clock) for number in task.parts]
    async with asyncio.TaskGroup() as group:
        delivering = [group.create_task(part.publisher.run()) for part in parts]
        hearing = group.create_task(line.hear())  # at once: the parent may end before we begin
        while not (hearing.done() or all(p.publisher.connected for p in parts)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        line.say(Ready())
        if isinstance(begin := await hearing, Begin):
            clock.begin(begin)
            gc.collect()
            gc.freeze()
            reporting = group.create_task(_report(parts, line))
            await _produce_until_told(parts, line)
            unsent = sum(part.unsent for part in parts)
            await _drain(parts, task.patience)
            seconds = clock.seconds()
            reporting.cancel()
            _tell(parts, line)
            line.say(_finished(parts, unsent, seconds))
        for delivery in delivering:
            delivery.cancel()


async def _produce_until_told(parts: list[Part], line: ParentLine) -> None:
    """Return when all is handed over, or when a Stop comes or the parent has ended."""
    async with asyncio.TaskGroup() as group:
        producing = [group.create_task(part.produce()) for part in parts]
        told = group.create_task(_cancel_when_told(producing, line))
        await asyncio.wait(producing)
        told.cancel()


async def _cancel_when_told(tasks: Iterable[asyncio.Task[None]], line: ParentLine) -> None:
    await line.hear()
    for task in tasks:
        task.cancel()


async def _drain(parts: list[Part], patience: float) -> None:
    """Wait until all is confirmed, as long as there is progress in each *patience* seconds."""
    before = -1
    while (left := sum(part.publisher.unconfirmed for part in parts)) and left != before:
        before = left
        await asyncio.gather(*(part.publisher.drain(patience) for part in parts))


async def _report(parts: list[Part], line: ParentLine) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        _tell(parts, line)


def _tell(parts: list[Part], line: ParentLine) -> None:
    for part in parts:
        runs, numbers = part.take_report()
        line.say(
            Progress(
                runs=runs,
                numbers=numbers.tobytes(),
                confirms=part.ledger.take_latencies(),
                late=sum(each.late for each in parts),
                worst_late=max(each.worst_late for each in parts),
                unconfirmed=sum(each.publisher.unconfirmed for each in parts),
                cpu=time.process_time(),
            )
        )


def _finished(parts: list[Part], unsent: int, seconds: float) -> Finished:
    confirmed: dict[int, int] = {}
    unconfirmed: dict[int, int] = {}
    for part in parts:  # no client belongs to two
        confirmed |= part.ledger.confirmed
        unconfirmed |= part.ledger.unconfirmed(part.publisher.accepted)
    return Finished(
        confirmed=confirmed,
        unconfirmed=unconfirmed,
        unsent=unsent,
        messages=sum(part.ledger.messages for part in parts),
        seconds=seconds,
    )


def _broker(address: BrokerAddress, number: int) -> Broker:
    return Broker(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        vhost=address.vhost,
        connection_name=f"simular {number}",
        authorities=address.authorities,
    )
