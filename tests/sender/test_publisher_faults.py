"""
The publisher and a broker that is not there, dies, freezes, or is heard no more.

Afterwards every event that was accepted is in the queue, and a copy is a true copy: the same
message_id, the same bytes. The analytics counts each id once.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from comun.broker_connection import BrokerConnection
from tests.broker_stack import Broker, VirtualHost
from tests.sender.amqp_line import disturbed_line
from tests.sender.delivery import (
    ALONE,
    LIMIT,
    QUEUE,
    BoundQueue,
    bodies,
    body,
    events_of,
    publish,
    publishing,
    streaming,
    until,
)

OwnBroker = Callable[[], Broker]
HEARTBEAT, PUBLISH_TIMEOUT = 3, 5.0  # seconds, instead of 10 and 15
SILENT_UNTIL_NEARLY_LOST = 4.0  # seconds, after those of the publish timeout; lost after 12


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


@contextmanager
def frozen(broker: Broker) -> Iterator[None]:
    broker.pause()
    try:
        yield
    finally:
        broker.resume()


async def test_broker_killed_while_publishing(
    node: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    """
    A broker that is killed in the stream and starts again has every event in the end.

    It has those, too, of a publisher that was started before it. That they wait is said once.
    """
    caplog.set_level("INFO", logger="sender")
    queue, early_ones = BoundQueue(node), range(-50, 0)
    await queue.declare()
    await asyncio.to_thread(node.wait_saved, QUEUE)
    async with publishing(node) as publisher, streaming(publisher) as stream:
        await until(lambda: stream.confirmed > 300)
        await asyncio.to_thread(node.broker.kill)
        async with publishing(node) as early:
            await publish(early, early_ones)
            await until(lambda: caplog.text.count("the broker is away") == 2)
            assert early.unconfirmed == 50
            await asyncio.to_thread(node.broker.start)
            back_at = stream.sent
            await until(lambda: stream.confirmed > back_at)
            await early.drain(LIMIT)
        await stream.end()

    assert_all_arrived(await queue.take_all(), [*bodies(stream.sent), *map(body, early_ones)])
    assert caplog.text.count("the broker is away") == 2


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


async def test_a_close_that_nobody_answers(node: VirtualHost) -> None:
    """It takes as long as it may, and the connection is closed then, too."""
    connection = await aio_pika.connect(node.url, connection_class=BrokerConnection)
    with frozen(node.broker), pytest.raises(TimeoutError):
        await connection.close_within(0.2)

    assert connection.is_closed


async def test_frozen_broker(
    node: VirtualHost, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A broker that freezes for longer than its heartbeats allow costs nothing but the time.

    A busy publisher notices by its publish timeout. An idle one loses its connection to missed
    heartbeats with a young publish in flight, which aiormq ends with a CancelledError.
    """
    monkeypatch.setattr("publishing.node_connection.HEARTBEAT", HEARTBEAT)
    monkeypatch.setattr("publishing.broker_link.PUBLISH_TIMEOUT", PUBLISH_TIMEOUT)
    queue = BoundQueue(node)
    await queue.declare()
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
