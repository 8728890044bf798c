"""What the tests of a delivery need: a publisher that runs, and the queue as others see it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import QueueEmpty
from pamqp.common import FieldTable

from publishing.broker_link import EXCHANGE, Broker
from publishing.event_queue import Limits
from publishing.publisher import Publisher
from tests.broker_stack import VirtualHost
from tests.travelling_body import opened

QUEUE = "cola_analiticas"
LIMIT = 30.0  # seconds for what should take one or two
ALONE = Limits(batch_bytes=1)  # every event a message of its own


@asynccontextmanager
async def publishing(
    vhost: VirtualHost, limits: Limits | None = None, port: int | None = None
) -> AsyncIterator[Publisher]:
    """A publisher at work, through *port* when it shall not reach the broker directly."""
    node = vhost.broker
    broker = Broker(node.host, port or node.port, node.user, node.password, vhost.name, "test")
    publisher = Publisher(broker, limits)
    async with asyncio.TaskGroup() as tasks:
        delivery = tasks.create_task(publisher.run())
        yield publisher
        delivery.cancel()


def body(number: int) -> bytes:
    """The event with this number; no two are equal."""
    return json.dumps({"cliente": "cliente_uno", "metadata": number}).encode()


def bodies(count: int) -> list[bytes]:
    return [body(number) for number in range(count)]


def events_of(body: bytes) -> list[bytes]:
    """The events in the body of a message, as `body` makes them."""
    value = json.loads(opened(body))
    assert value != [], "an empty batch"
    return [json.dumps(event).encode() for event in (value if isinstance(value, list) else [value])]


def all_events(messages: Iterable[AbstractIncomingMessage]) -> Counter[bytes]:
    return Counter(event for message in messages for event in events_of(message.body))


async def publish(publisher: Publisher, numbers: Iterable[int]) -> None:
    for number in numbers:
        await publisher.publish("cliente_uno", body(number))


class Stream:
    """Events at a few hundred a second, numbered from 0."""

    def __init__(self, publisher: Publisher, tasks: asyncio.TaskGroup) -> None:
        self._publisher = publisher
        self.sent = 0
        self._task = tasks.create_task(self._run())

    @property
    def confirmed(self) -> int:
        return self.sent - self._publisher.unconfirmed

    async def end(self) -> None:
        """No further events; returns when those of before are confirmed."""
        self._task.cancel()
        await self._publisher.drain(LIMIT)
        assert self._publisher.unconfirmed == 0

    async def _run(self) -> None:
        while True:
            await publish(self._publisher, [self.sent])
            self.sent += 1
            await asyncio.sleep(0.002)


@asynccontextmanager
async def streaming(publisher: Publisher) -> AsyncIterator[Stream]:
    async with asyncio.TaskGroup() as tasks:
        yield Stream(publisher, tasks)


async def until(condition: Callable[[], bool], seconds: float = LIMIT) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - of a log, or of a broker
            await asyncio.sleep(0.02)


@dataclass(frozen=True, slots=True)
class BoundQueue:
    """The queue behind the exchange."""

    vhost: VirtualHost

    async def declare(self, arguments: FieldTable | None = None) -> None:
        """Declare and bind it: what the analytics does first."""
        async with self._channel() as channel:
            exchange = await channel.declare_exchange(EXCHANGE, "fanout", durable=True)
            arguments = arguments or {"x-queue-type": "quorum"}
            queue = await channel.declare_queue(QUEUE, durable=True, arguments=arguments)
            await queue.bind(exchange)

    async def depth(self) -> int:
        async with self._channel() as channel:
            queue = await channel.declare_queue(QUEUE, passive=True)
            return queue.declaration_result.message_count or 0

    async def take_all(self) -> list[AbstractIncomingMessage]:
        """Take out what is there."""
        taken = []
        async with self._channel() as channel:
            queue = await channel.declare_queue(QUEUE, passive=True)
            while True:
                try:
                    taken.append(await queue.get(no_ack=True))
                except QueueEmpty:
                    return taken

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        async with await aio_pika.connect(self.vhost.url) as connection:
            yield await connection.channel()
