"""Several queues that share the events: who gets what, and how their number changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.abc import AbstractChannel as RawChannel
from pamqp.commands import Basic

from analytics_settings import read_settings
from broker.amqp_errors import ConsumerGivesUpError
from broker.found_queues import FoundQueues
from broker.shards import EXCHANGE, QUEUE, SHARING_EXCHANGE, Shards, is_shard, shards
from broker.young_queues import YoungQueues
from consuming.delivery_channel import consume
from consuming.inbox import Inbox
from consuming.management_watch import ManagementWatch
from consuming.queue_watch import SILENT_SECONDS, SilentShards
from live.vitals import Vitals
from tests.analiticas.test_delivery_channel import connected
from tests.broker_stack import VirtualHost
from tests.foreign_publisher import RawText, amqp_publish
from tests.sender.delivery import until

ALL = 3
NO_ID = RawText(b"")  # an empty one: aiormq makes one up where there is none
EVENT = b'{"cliente": "a"}'
TOGETHER = 20  # confirms that are waited for at once
FURTHER = shards(ALL)[1:]


@asynccontextmanager
async def channel_of(vhost: VirtualHost) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(vhost.url) as connection:
        yield await connection.channel(on_return_raises=True)


async def wire(vhost: VirtualHost, count: int) -> Shards:
    """As the analytics do, or the job for them."""
    settings = read_settings(vhost.settings | {"COLAS": str(count)})
    async with await aio_pika.connect(vhost.url) as connection:
        return await YoungQueues(settings).declare(connection, await connection.channel())


async def publish(vhost: VirtualHost, ids: Iterable[str]) -> None:
    """One after the other, each confirmed."""
    async with channel_of(vhost) as channel:
        raw = await channel.get_underlay_channel()
        for message_id in ids:
            await confirmed(raw, message_id)


async def confirmed(raw: RawChannel, message_id: str) -> None:
    properties = Basic.Properties(message_id=message_id)
    await raw.basic_publish(
        EVENT, exchange=EXCHANGE, properties=properties, mandatory=True, timeout=10
    )


async def depths(vhost: VirtualHost, count: int = ALL) -> list[int]:
    async with channel_of(vhost) as channel:
        found = [await channel.declare_queue(name, passive=True) for name in shards(count)]
        return [queue.declaration_result.message_count or 0 for queue in found]


def bindings(vhost: VirtualHost) -> set[tuple[str, str]]:
    """Between exchanges, and to queues that events may go to."""
    return {
        (each["source"], each["destination"])
        for each in vhost.api("GET", "bindings").json()
        if each["source"]
        and (is_shard(each["destination"]) or each["destination"] == SHARING_EXCHANGE)
    }


async def test_one_queue_is_bound_as_ever(vhost: VirtualHost) -> None:
    """No exchange shares out, and no other queue is there."""
    assert await wire(vhost, 1) == Shards([QUEUE])

    assert bindings(vhost) == {(EXCHANGE, QUEUE)}
    assert vhost.api("GET", "exchanges", f"/{SHARING_EXCHANGE}").status_code == 404


async def test_copies_go_the_same_way(vhost: VirtualHost) -> None:
    """Each queue has a share, a copy is where its original is, and what has no id is together."""
    ids = [f"id-{n}" for n in range(60)]
    await wire(vhost, ALL)

    await publish(vhost, ids)
    once = await depths(vhost)
    await publish(vhost, ids)
    twice = await depths(vhost)
    for _ in range(6):
        amqp_publish(vhost, "{}")
    await publish(vhost, [NO_ID] * 6)
    more = [after - before for after, before in zip(await depths(vhost), twice, strict=True)]

    assert sum(once) == len(ids)
    assert min(once) > 0
    assert twice == [2 * n for n in once]
    assert sorted(more) in ([0, 0, 12], [0, 6, 6])  # one with an empty id has another hash


async def test_a_change_under_way_loses_and_doubles_nothing(vhost: VirtualHost) -> None:
    """Of messages without an id either, as nothing could tell their copies: one queue for each."""
    await wire(vhost, 1)
    stop, sent = asyncio.Event(), 0

    async def publish_on() -> None:
        nonlocal sent
        async with channel_of(vhost) as channel:
            raw = await channel.get_underlay_channel()
            while not stop.is_set():
                ids = [NO_ID if n % 2 else f"{sent}-{n}" for n in range(TOGETHER)]
                await asyncio.gather(*(confirmed(raw, message_id) for message_id in ids))
                sent += len(ids)

    def reached(goal: int) -> bool:
        return sent >= goal or publishing.done()

    publishing = asyncio.create_task(publish_on())
    for count in (3, 1, 2, 3, 2, 1):
        wired, goal = await wire(vhost, count), sent + 3 * TOGETHER
        assert len(wired) >= count
        await until(partial(reached, goal))
    stop.set()
    await publishing

    assert sum(await depths(vhost)) == sent
    assert bindings(vhost) == {(EXCHANGE, QUEUE), (SHARING_EXCHANGE, QUEUE)}


async def test_what_stands_is_left_and_returned(vhost: VirtualHost) -> None:
    """Queues that get nothing more are consumed on, by all who share a store too."""
    await wire(vhost, ALL)

    assert await wire(vhost, 2) == Shards(shards(2), [FURTHER[1]])
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        found = await FoundQueues(read_settings(vhost.settings)).declare(connection, channel)
    assert found == Shards([QUEUE], FURTHER)

    vhost.api("DELETE", "exchanges", f"/{SHARING_EXCHANGE}").raise_for_status()
    assert await wire(vhost, 1) == found
    assert bindings(vhost) == {(EXCHANGE, QUEUE)}


async def test_other_arguments_are_named(vhost: VirtualHost) -> None:
    """A queue that is there as another kind, and an exchange that shares out otherwise."""
    classic = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    vhost.api("PUT", "queues", f"/{FURTHER[0]}", classic).raise_for_status()
    with pytest.raises(ConsumerGivesUpError, match=rf"'x-[a-z-]+' for queue '{FURTHER[0]}'"):
        await wire(vhost, 2)

    vhost.api("DELETE", "queues", f"/{FURTHER[0]}").raise_for_status()
    fanout = {"type": "fanout", "durable": True, "internal": True}
    vhost.api("PUT", "exchanges", f"/{SHARING_EXCHANGE}", fanout).raise_for_status()
    with pytest.raises(ConsumerGivesUpError, match=rf"'type' for exchange '{SHARING_EXCHANGE}'"):
        await wire(vhost, 2)


async def test_a_broker_without_the_plugin(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows no such kind of exchange; what is missing is said, and how to get it."""
    monkeypatch.setattr("broker.shards.KIND", "x-unknown")

    with pytest.raises(ConsumerGivesUpError, match="rabbitmq-plugins enable rabbitmq_consistent"):
        await wire(vhost, 2)


async def test_deliveries_of_all_are_one_run(vhost: VirtualHost) -> None:
    """One acknowledgement covers what came of any queue, and one that is deleted is no loss."""
    await wire(vhost, ALL)
    await publish(vhost, [f"id-{n}" for n in range(30)])
    queues = Shards([QUEUE], [*FURTHER])
    async with await connected(vhost) as connection:
        inbox = Inbox(batch_messages=1000, batch_seconds=0)
        raw = await consume(connection, queues, 300, inbox)
        taken: list[int] = []
        while len(taken) < 30:
            taken += [message.tag for message in await asyncio.wait_for(inbox.take(), 10)]
        await raw.basic_ack(taken[-1], multiple=True)

        vhost.api("DELETE", "queues", f"/{FURTHER[1]}").raise_for_status()
        await until(lambda: queues.cancelled == {FURTHER[1]})
        await publish(vhost, ["otra"])
        (message,) = await asyncio.wait_for(inbox.take(), 10)
        assert message.tag == 31
        await raw.basic_ack(message.tag)

        vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
        with pytest.raises(ConnectionError, match="the queue is gone"):
            await asyncio.wait_for(inbox.take(), 10)
    assert await depths_of(vhost, FURTHER[0]) == 0


async def depths_of(vhost: VirtualHost, queue: str) -> int:
    async with channel_of(vhost) as channel:
        found = await channel.declare_queue(queue, passive=True)
        return found.declaration_result.message_count or 0


async def test_further_queues_are_noticed(vhost: VirtualHost) -> None:
    """By who asks the management API, as long as there is none missing between them."""
    await wire(vhost, ALL)
    vitals, stop = Vitals(), asyncio.Event()
    watch = ManagementWatch(read_settings(vhost.settings), vitals)

    watching = asyncio.create_task(watch.run(stop))
    await until(lambda: vitals.shards_seen == ALL)

    stop.set()
    await watching


@pytest.mark.parametrize(
    ("looks", "silent"),
    [
        ([(0, 5, 0)] * 40, "b"),
        ([(3, 5, 0)] * 40, "a"),
        ([(0, 5, 9)] * 40, None),  # it waits for what is in hand
        ([(0, 5 + n % 3, 0) for n in range(40)], None),  # it becomes less
        ([(0, 5, 0)] * int(SILENT_SECONDS), None),  # not for long
        ([(0, 0, 0)] * 40, None),
    ],
)
def test_a_silent_queue_among_others(looks: Sequence[tuple[int, int, int]], silent: str) -> None:
    """One whose messages wait although it has room to deliver is found."""
    silence = SilentShards(share=5)

    found = [silence.look({"a": a, "b": b}, in_hand) for a, b, in_hand in looks]

    assert found[-1] == silent


def test_names() -> None:
    """The first has the name that it always had."""
    assert shards(3) == ["cola_analiticas", "cola_analiticas.2", "cola_analiticas.3"]
    assert all(is_shard(name) for name in shards(32))
    for other in ("cola_analiticas.rechazados", "cola_analiticas.", "otra", 7, None):
        assert not is_shard(other)
