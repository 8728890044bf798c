"""The publisher against a real broker that is there, but not always willing."""

import asyncio
import datetime
import time
import uuid
from collections import Counter

import aio_pika
import pytest

from publishing import broker_link, delivery_loop
from publishing.broker_link import EXCHANGE
from publishing.event_queue import Limits
from tests.broker_stack import VirtualHost
from tests.sender.delivery import (
    ALONE,
    LIMIT,
    BoundQueue,
    all_events,
    bodies,
    body,
    publish,
    publishing,
    until,
)


async def test_message_is_what_the_wire_says(vhost: VirtualHost) -> None:
    """A message carries its UUIDv7, its second, its client, its type, and survives a restart."""
    queue = BoundQueue(vhost)
    await queue.declare()
    before = int(time.time())
    async with publishing(vhost) as publisher:
        await publish(publisher, [1])
        await publisher.drain(LIMIT)
    (message,) = await queue.take_all()

    assert message.body == body(1)
    assert message.message_id == str(uuid.UUID(message.message_id))
    assert uuid.UUID(message.message_id).version == 7
    assert message.timestamp is not None
    assert message.timestamp.tzinfo == datetime.UTC
    assert before <= message.timestamp.timestamp() <= time.time()
    assert message.headers["X-Client-Name"] == "cliente_uno"
    assert message.content_type == "application/json"
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT


async def test_before_any_queue_exists_nothing_is_lost(
    vhost: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    """Returned events wait, said once, and all are delivered when the queue appears, none twice."""
    caplog.set_level("INFO", logger="sender")
    queue = BoundQueue(vhost)
    async with publishing(vhost) as publisher:
        await publish(publisher, range(100))
        await until(lambda: "no queue is bound" in caplog.text)
        assert publisher.unconfirmed == 100
        await publisher.drain(1.5)  # long enough for one more attempt, which must be silent
        await queue.declare()
        await publisher.drain(LIMIT)
        assert publisher.unconfirmed == 0
    messages = await queue.take_all()

    assert all_events(messages) == Counter(bodies(100))
    assert caplog.text.count("no queue is bound") == 1
    assert caplog.text.count("delivering again") == 1


async def test_refused_events_are_delivered_later(
    vhost: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    """A full queue refuses events (nack); they are delivered when it has room."""
    queue = BoundQueue(vhost)
    await queue.declare({"x-max-length": 5, "x-overflow": "reject-publish"})
    async with publishing(vhost, ALONE) as publisher:
        await publish(publisher, range(15))
        await until(lambda: "the broker refuses events" in caplog.text)
        taken = await queue.take_all()
        assert publisher.unconfirmed
        async with asyncio.timeout(LIMIT):
            while publisher.unconfirmed:
                taken += await queue.take_all()
    taken += await queue.take_all()

    assert all_events(taken) == Counter(bodies(15))


async def test_a_connection_that_is_refused_for_long_is_replaced(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ 3.10 may refuse for ever on one that was opened as a node started."""
    monkeypatch.setattr(delivery_loop, "REFUSED_SECONDS", 0.3)
    queue = BoundQueue(vhost)
    await queue.declare({"x-max-length": 5, "x-overflow": "reject-publish"})
    async with publishing(vhost, ALONE) as publisher:
        await publish(publisher, range(15))
        await until(lambda: len(connections(vhost)) == 1)
        first = connections(vhost)
        await until(lambda: bool(connections(vhost) - first))
        taken = await queue.take_all()
        async with asyncio.timeout(LIMIT):
            while publisher.unconfirmed:
                taken += await queue.take_all()
    taken += await queue.take_all()

    assert all_events(taken) == Counter(bodies(15))


def connections(vhost: VirtualHost) -> set[str]:
    """By their ends."""
    return {each["name"] for each in vhost.api("GET", "vhosts", "/connections").json()}


async def test_full_outbox_holds_up_the_caller(
    vhost: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    """With the outbox full, publishing waits, and goes on when the broker has confirmed."""
    queue = BoundQueue(vhost)
    async with publishing(vhost, Limits(messages=10, batch_bytes=1)) as publisher:
        async with asyncio.TaskGroup() as tasks:
            producer = tasks.create_task(publish(publisher, range(25)))
            await until(lambda: "the outbox is full" in caplog.text)
            await publisher.drain(0.3)  # in vain, but a producer that did not wait would be done
            assert not producer.done()
            assert publisher.unconfirmed == 10
            await queue.declare()
        await publisher.drain(LIMIT)
    messages = await queue.take_all()

    assert all_events(messages) == Counter(bodies(25))


async def test_other_exchange_of_the_same_name(
    vhost: VirtualHost, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exchange of another type is named as the trouble, and its deletion ends it."""
    monkeypatch.setattr(broker_link, "NEW_SECONDS", 0.0)
    vhost.api("PUT", "exchanges", f"/{EXCHANGE}", {"type": "topic"}).raise_for_status()
    queue = BoundQueue(vhost)
    async with publishing(vhost) as publisher:
        await publish(publisher, range(3))
        await until(lambda: "exists with other properties" in caplog.text)
        vhost.api("DELETE", "exchanges", f"/{EXCHANGE}").raise_for_status()
        await queue.declare()
        await publisher.drain(LIMIT)
    messages = await queue.take_all()

    assert all_events(messages) == Counter(bodies(3))
