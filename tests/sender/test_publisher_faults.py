"""
The publisher and a broker that is not there, dies, freezes, or is heard no more.

Afterwards every event that was accepted is in the queue, and a copy is a true copy: the same
message_id, the same bytes. The analytics counts each id once.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aio_pika.abc import AbstractIncomingMessage

from tests.broker_stack import Broker, VirtualHost
from tests.sender.amqp_line import disturbed_line
from tests.sender.delivery import (
    ALONE,
    LIMIT,
    QUEUE,
    BoundQueue,
    bodies,
    events_of,
    publish,
    publishing,
    streaming,
    until,
)

OwnBroker = Callable[[], Broker]
SILENT_UNTIL_NEARLY_LOST = 11.0  # seconds, after the 15 of the publish timeout; lost after 33


@pytest.fixture
def node(own_broker: OwnBroker) -> Iterator[VirtualHost]:
    """A virtual host of a node that the test may kill and freeze."""
    with own_broker().virtual_host() as vhost:
        yield vhost


def assert_all_arrived(messages: Iterable[AbstractIncomingMessage], expected: list[bytes]) -> int:
    """Every event arrived, copies only under the id of the first. Returns how many were copies."""
    by_id = defaultdict(list)
    for message in messages:
        by_id[message.message_id].append(message.body)
    assert all(len(set(copies)) == 1 for copies in by_id.values())
    firsts = [copies[0] for copies in by_id.values()]
    assert Counter(event for first in firsts for event in events_of(first)) == Counter(expected)
    return sum(len(copies) - 1 for copies in by_id.values())


async def durable_queue(node: VirtualHost) -> BoundQueue:
    """
    A queue that a killed node still knows.

    RabbitMQ 3.10 writes the name of a new quorum queue to disk a second after it has confirmed
    the declaration, in several steps. Killed before that, it starts again with an empty queue
    that never elects a leader, and so confirms nothing any more.
    """
    queue = BoundQueue(node)
    await queue.declare()
    (names,) = node.broker.node.folder.glob("data/*/quorum/*/names.dets")
    await until(lambda: QUEUE.encode() in names.read_bytes() and age(names) > 2)
    return queue


def age(path: Path) -> float:
    """Seconds since the file was last written to."""
    return time.time() - path.stat().st_mtime


@contextmanager
def frozen(broker: Broker) -> Iterator[None]:
    broker.pause()
    try:
        yield
    finally:
        broker.resume()


async def test_starting_before_the_broker_loses_nothing(
    node: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    """Events accepted before the broker is up are delivered once it is; the wait is said once."""
    caplog.set_level("INFO", logger="sender")
    queue = await durable_queue(node)
    await asyncio.to_thread(node.broker.vm.stop)
    async with publishing(node) as publisher:
        await publish(publisher, range(50))
        await until(lambda: "the broker is away" in caplog.text)
        assert publisher.unconfirmed == 50
        await asyncio.to_thread(node.broker.start)
        await publisher.drain(LIMIT)

    assert_all_arrived(await queue.take_all(), bodies(50))
    assert caplog.text.count("the broker is away") == 1


async def test_broker_killed_while_publishing(node: VirtualHost) -> None:
    """A broker that is killed in the stream and starts again has every event in the end."""
    queue = await durable_queue(node)
    async with publishing(node) as publisher, streaming(publisher) as stream:
        await until(lambda: stream.confirmed > 300)
        node.broker.kill()
        await asyncio.to_thread(node.broker.start)
        back_at = stream.sent
        await until(lambda: stream.confirmed > back_at)
        await stream.end()

    assert_all_arrived(await queue.take_all(), bodies(stream.sent))


async def test_lost_confirmations_make_true_copies(vhost: VirtualHost) -> None:
    """Events that the broker took but could not confirm come again under the same ids."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with (
        disturbed_line(vhost.broker) as line,
        publishing(vhost, ALONE, line.port) as publisher,
    ):
        await publish(publisher, [0])
        await publisher.drain(LIMIT)
        line.deaf = True
        await publish(publisher, range(1, 21))
        async with asyncio.timeout(LIMIT):
            while await queue.depth() < 21:  # all at once: none waits for another's confirmation
                assert publisher.unconfirmed == 20
        line.deaf = False
        line.cut()
        await publisher.drain(LIMIT)

    copies = assert_all_arrived(await queue.take_all(), bodies(21))
    assert copies == 20


async def test_line_that_breaks_anywhere(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever in the conversation the line breaks, the publisher comes back and loses nothing."""
    monkeypatch.setattr("publishing.backoff.CAP", 0.02)
    queue = BoundQueue(vhost)
    await queue.declare()
    async with disturbed_line(vhost.broker) as line:
        line.breaks_after = [answers for answers in range(1, 13) for _ in range(3)]
        async with publishing(vhost, port=line.port) as publisher, streaming(publisher) as stream:
            await until(lambda: not line.breaks_after)
            await stream.end()

    assert_all_arrived(await queue.take_all(), bodies(stream.sent))


async def test_frozen_broker(node: VirtualHost, caplog: pytest.LogCaptureFixture) -> None:
    """
    A broker that freezes for longer than its heartbeats allow costs nothing but the time.

    A busy publisher notices by its publish timeout. An idle one loses its connection to missed
    heartbeats with a young publish in flight, which aiormq ends with a CancelledError.
    """
    queue = await durable_queue(node)
    async with publishing(node) as busy, publishing(node) as idle:
        await publish(busy, range(10))
        await publish(idle, [10])
        await asyncio.gather(busy.drain(LIMIT), idle.drain(LIMIT))
        with frozen(node.broker):
            await publish(busy, range(11, 20))
            await until(lambda: "no answer in time" in caplog.text)
            await asyncio.sleep(SILENT_UNTIL_NEARLY_LOST)
            await publish(idle, [20])
            await until(lambda: "heartbeats missed" in caplog.text)
            assert busy.unconfirmed == 9
            assert idle.unconfirmed == 1
        await asyncio.gather(busy.drain(LIMIT), idle.drain(LIMIT))

    assert_all_arrived(await queue.take_all(), bodies(21))
