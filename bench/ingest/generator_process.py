"""
Publishes events at a fixed rate through the sender's Publisher: `generator_process.py PLAN`.

PLAN is a msgspec-JSON `Plan`; the broker's address comes from the variables that the sender reads.
Prints `ready`, waits for a line on stdin, publishes in an open loop (a slot that comes late is
published at once and counted, none is skipped), and ends with one line of JSON, a `Published`.
"""

from __future__ import annotations

import asyncio
import datetime
import gc
import os
import selectors
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
import uuid_utils

from event_mix import Mix, beginnings
from load_plan import Plan, Published
from publishing.broker_link import Broker
from publishing.outbox import Message
from publishing.publisher import Publisher
from schedule import MS, Schedule, schedule_of
from sender_settings import Settings, read_settings

CLIENT = "carga"  # a setting that the sender demands; each body names its own client
LATE_NS = 1 * MS
BEGIN_IN_NS = 50 * MS
DRAIN_SECONDS = 60.0
CONNECT_SECONDS = 10.0
Give = Callable[[list[bytes]], Awaitable[None]]


class Load:
    """The events of a schedule, made when they are due."""

    def __init__(self, mix: Mix, skip: int) -> None:
        self._beginnings = beginnings(mix.sequence())
        self._next = skip % len(self._beginnings)
        self.building_ns = 0

    def take(self, count: int, due: datetime.datetime) -> list[bytes]:
        """Return the next *count* bodies, their timestamp *due*."""
        began = time.perf_counter_ns()
        stamp = due.isoformat(timespec="milliseconds").encode()[:-6] + b'Z"}'
        end = self._next + count
        some = self._beginnings[self._next : end]
        self._next = end
        if end >= len(self._beginnings):
            self._next = end - len(self._beginnings)
            some += self._beginnings[: self._next]
        bodies = [each + stamp for each in some]
        self.building_ns += time.perf_counter_ns() - began
        return bodies


class OpenLoop:
    def __init__(self, schedule: Schedule, load: Load, give: Give) -> None:
        self._schedule, self._load, self._give = schedule, load, give
        self.late_slots = self.worst_late_ns = 0

    async def run(self) -> None:
        schedule = self._schedule
        # Of the wall clock, for the timestamps only.
        began = time.time() + (schedule.start_ns - time.monotonic_ns()) / 1e9
        for slot in range(schedule.slots):
            await self._until(schedule.due(slot))
            seconds = began + slot * schedule.slot_ns / 1e9
            due = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
            await self._give(self._load.take(schedule.per_slot, due))

    async def _until(self, due: int) -> None:
        left = due - time.monotonic_ns()
        await asyncio.sleep(max(left, 0) / 1e9)
        late = time.monotonic_ns() - due
        self.late_slots += late > LATE_NS
        self.worst_late_ns = max(self.worst_late_ns, late)


async def one_by_one(publisher: Publisher, bodies: list[bytes]) -> None:
    for body in bodies:
        await publisher.publish(None, body)


async def unbatched(publisher: Publisher, group: asyncio.TaskGroup, bodies: list[bytes]) -> None:
    """Give each event a message of its own, without waiting for its confirm."""
    for body in bodies:
        message = Message(str(uuid_utils.uuid7()), body, None, int(time.time()))
        group.create_task(publisher.send(message))


def way(plan: Plan, publisher: Publisher, group: asyncio.TaskGroup) -> Give:
    if plan.unbatched:
        return partial(unbatched, publisher, group)
    if plan.rate <= 1000:
        return partial(one_by_one, publisher)
    return partial(publisher.publish_many, None)


async def run(plan: Plan, settings: Settings) -> Published:
    publisher = Publisher(broker_of(settings))
    load = Load(plan.mix, plan.skip)
    async with asyncio.TaskGroup() as group:
        delivery = group.create_task(publisher.run())
        await until_connected(publisher)
        await wait_for_go()
        published = await publish(plan, publisher, load, group)
        delivery.cancel()
    return published


async def publish(
    plan: Plan, publisher: Publisher, load: Load, group: asyncio.TaskGroup
) -> Published:
    cpu_ns = time.process_time_ns()
    schedule = schedule_of(plan.rate, plan.seconds, time.monotonic_ns() + BEGIN_IN_NS)
    loop = OpenLoop(schedule, load, way(plan, publisher, group))
    await loop.run()
    offered_ns = time.monotonic_ns()
    await asyncio.sleep(0)  # a `send` that was just begun is unconfirmed from here on
    await publisher.drain(DRAIN_SECONDS)
    return Published(
        start_ns=schedule.start_ns,
        offered_ns=offered_ns,
        end_ns=time.monotonic_ns(),
        cpu_ns=time.process_time_ns() - cpu_ns,
        published=schedule.events,
        confirmed=schedule.events - publisher.unconfirmed,
        late_slots=loop.late_slots,
        worst_late_ns=loop.worst_late_ns,
        building_ns=load.building_ns,
    )


async def until_connected(publisher: Publisher) -> None:
    async with asyncio.timeout(CONNECT_SECONDS):
        while not publisher.connected:  # noqa: ASYNC110 - it offers no event to wait for
            await asyncio.sleep(0.01)


async def wait_for_go() -> None:
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def broker_of(settings: Settings) -> Broker:
    return Broker(
        host=settings.rabbitmq_host,
        port=settings.rabbitmq_port,
        user=settings.rabbitmq_user,
        password=settings.rabbitmq_password,
        vhost=settings.rabbitmq_vhost,
        connection_name="bench-ingest",
    )


def exact_loop() -> asyncio.SelectorEventLoop:
    # epoll sleeps whole milliseconds, as long as a slot; select sleeps microseconds.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def main() -> None:
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    settings = read_settings({"CLIENTE": CLIENT, **os.environ})
    with asyncio.Runner(loop_factory=exact_loop) as runner:
        published = runner.run(run(plan, settings))
    print(msgspec.json.encode(published).decode(), flush=True)


if __name__ == "__main__":
    main()
