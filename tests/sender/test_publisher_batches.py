"""What the publisher makes of many events."""

import asyncio
import json
from typing import Any

import pytest

from events.event_check import MAX_EVENT
from publishing.event_queue import BATCH_BYTES, Limits
from tests.broker_stack import VirtualHost
from tests.sender.delivery import (
    LIMIT,
    BoundQueue,
    bodies,
    body,
    events_of,
    publishing,
    until,
)
from tests.travelling_body import opened


async def test_lone_events_travel_alone(vhost: VirtualHost) -> None:
    """An event that comes when nothing is under way is a message of its own, and no array."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with publishing(vhost) as publisher:
        for number in range(5):
            await publisher.publish("cliente_uno", body(number))
            await publisher.drain(LIMIT)

    assert [m.body for m in await queue.take_all()] == bodies(5)


async def test_many_events_share_messages(vhost: VirtualHost) -> None:
    """20,000 events are a few arrays up to the limit in size, each event once, in order."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with publishing(vhost) as publisher:
        await publisher.publish_many("cliente_uno", bodies(20_000))
        assert publisher.accepted == 20_000
        await publisher.drain(LIMIT)
        assert publisher.unconfirmed == 0
    messages = await queue.take_all()

    assert [event for m in messages for event in events_of(m.body)] == bodies(20_000)
    assert len(messages) < 25
    assert max(len(opened(m.body)) for m in messages) <= BATCH_BYTES
    assert len({m.message_id for m in messages}) == len(messages)
    assert all(m.headers["X-Client-Name"] == "cliente_uno" for m in messages)


async def test_single_publishes_gather_under_load(vhost: VirtualHost) -> None:
    """Events that are published one by one, faster than confirms come, gather as well."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with publishing(vhost) as publisher:
        for number in range(5000):
            await publisher.publish(None, body(number))
        await publisher.drain(LIMIT)
    messages = await queue.take_all()

    assert [event for m in messages for event in events_of(m.body)] == bodies(5000)
    assert len(messages) < 100


async def test_every_event_keeps_its_client(vhost: VirtualHost) -> None:
    """Events that don't name their client travel under a header that names it."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with publishing(vhost) as publisher:
        for number in range(300):
            await publisher.publish(f"cliente_{number % 3}", b'{"metadata":%d}' % number)
            await publisher.publish(None, b'{"cliente":"propio","metadata":%d}' % number)
        await publisher.drain(LIMIT)
    seen = []
    for message in await queue.take_all():
        value = json.loads(opened(message.body))
        header = message.headers.get("X-Client-Name")
        for event in value if isinstance(value, list) else [value]:
            assert ("cliente" in event) == (header is None)
            seen.append((event["metadata"], event.get("cliente", header)))

    expected = [(n, client) for n in range(300) for client in (f"cliente_{n % 3}", "propio")]
    assert sorted(seen) == sorted(expected)


async def test_event_too_large_is_refused_with_all(vhost: VirtualHost) -> None:
    """An event that no message can hold is named, and none of its companions is published."""
    async with publishing(vhost) as publisher:
        with pytest.raises(ValueError, match="event 1: 1048577 bytes, at most 1048576"):
            await publisher.publish_many(None, [body(1), b"x" * (MAX_EVENT + 1)])
        assert publisher.unconfirmed == publisher.accepted == 0


async def test_caller_waits_while_the_bytes_are_full(vhost: VirtualHost) -> None:
    """A list of events larger than the outbox is accepted as far as it fits, then as it empties."""
    queue = BoundQueue(vhost)
    limits = Limits(bytes=2 * MAX_EVENT)
    padded = [body(n)[:-1] + b',"x":"%s"}' % (b"x" * 1000) for n in range(5000)]
    async with publishing(vhost, limits) as publisher:
        async with asyncio.TaskGroup() as tasks:
            producer = tasks.create_task(publisher.publish_many(None, padded))
            await until(lambda: publisher.accepted > 1000)
            await publisher.drain(0.3)
            assert not producer.done()
            assert 2 * MAX_EVENT * 0.9 < publisher.unconfirmed * 1060 < 2 * MAX_EVENT * 1.1
            await queue.declare()
        await publisher.drain(LIMIT)
    messages = await queue.take_all()

    assert [event for m in messages for event in events_of(m.body)] == [
        json.dumps(json.loads(each)).encode() for each in padded
    ]


async def test_callers_that_wait_do_not_wake_one_another(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers that wait for room sleep until there is some, however many they are."""
    attempts = 0

    def counted(*arguments: Any) -> int:
        nonlocal attempts
        attempts += 1
        return accept(*arguments)

    async with publishing(vhost, Limits(messages=1)) as publisher, asyncio.TaskGroup() as tasks:
        accept = publisher._queue.accept
        monkeypatch.setattr(publisher._queue, "accept", counted)
        waiting = [tasks.create_task(publisher.publish(name, b"{}")) for name in ("a", "b", "c")]
        await until(lambda: publisher.trouble is not None)  # no queue is bound
        attempts = 0
        for _ in range(1000):
            await asyncio.sleep(0)
        assert attempts < 10
        assert [task.done() for task in waiting] == [True, False, False]
        for task in waiting:
            task.cancel()
