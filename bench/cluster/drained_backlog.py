"""How fast a backlog is counted, and what each part used meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import aio_pika
import msgspec
from counting_parts import CountedStore

from process_cost import cpu_us, family
from tests.broker_stack import VirtualHost
from tests.foreign_publisher import EXCHANGE
from tests.stack import Part

CLIENTS, TYPES = 50, 5
AT_ONCE = 200
FROM, TO = 0.1, 0.9  # of the backlog: without the first batches and the last, uneven ones
LOOK_SECONDS = 0.02
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Backlog:
    name: str
    messages: int
    events: int  # a message


@dataclass(frozen=True, slots=True)
class Drained:
    """*used* is in cores, by part."""

    messages_per_second: float
    used: Mapping[str, float]


async def publish(vhost: VirtualHost, backlog: Backlog) -> None:
    """Return once the broker has confirmed all of it; each message has an id."""
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        messages = _messages(backlog)
        while some := list(itertools.islice(messages, AT_ONCE)):
            await asyncio.gather(*(exchange.publish(each, routing_key="") for each in some))


def _messages(backlog: Backlog) -> Iterator[aio_pika.Message]:
    now = int(time.time())
    for number in range(backlog.messages):
        events = [
            {
                "cliente": f"cliente_{(number + n) % CLIENTS}",
                "evento": f"tipo_{n % TYPES}",
                "timestamp": now,
            }
            for n in range(backlog.events)
        ]
        yield aio_pika.Message(
            msgspec.json.encode(events if backlog.events > 1 else events[0]),
            message_id=str(uuid.uuid4()),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )


def drain(
    store: CountedStore, counting: Sequence[Part], pids: Mapping[str, int], messages: int
) -> Drained:
    """Let them count; *pids* are the other parts. What is measured are the middle four fifths."""
    for part in counting:
        part.resume()
    parts = {name: [pid] for name, pid in pids.items()} | {
        "analytics": [part.pid for part in counting]
    }
    first = _until(store, int(FROM * messages))
    before, began = _used(parts), time.monotonic()
    last = _until(store, int(TO * messages))
    seconds = time.monotonic() - began
    after = _used(parts)
    _until(store, messages)
    used = {name: (after[name] - before[name]) / 1e6 / seconds for name in parts}
    return Drained((last - first) / seconds, used)


def _until(store: CountedStore, messages: int) -> int:
    end = time.monotonic() + PATIENCE
    while (counted := store.counted()) < messages:
        if time.monotonic() > end:
            raise TimeoutError(f"{counted} of {messages} messages counted in {PATIENCE:.0f} s")
        time.sleep(LOOK_SECONDS)
    return counted


def _used(parts: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """In microseconds of processor time, with descendants."""
    return {name: sum(cpu_us(family(pid)) for pid in pids) for name, pids in parts.items()}
