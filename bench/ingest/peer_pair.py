"""Other people's clients, one event a message: how fast a pair publishes and consumes."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aio_pika
import msgspec

from broker import topology
from process_cost import cpu_us
from published import Published
from talking_process import ask, finish, ready
from tests.broker_stack import Broker, VirtualHost

HERE = Path(__file__).resolve().parent
NODE = HERE / "node"
# What gave the C pair the highest rate of those tried, 200 to 5,000 and 300 to 2,000 and 50 to 500.
WINDOW, PREFETCH, ACK_EVERY = 500, 1000, 100
WARM_UP_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    publisher: Sequence[str]
    consumer: Sequence[str]


@dataclass(frozen=True, slots=True)
class Paired:
    """Messages a second; CPU of each process in us a message."""

    published: float
    consumed: float
    waiting: int  # in the queue when publishing ended
    cpu: dict[str, float]


def c_program(folder: Path, name: str) -> str:
    """Compile one of our C programs and return its path."""
    program = folder / name
    command = ["gcc", "-O2", "-Wall", "-o", str(program), str(HERE / f"{name}.c"), "-lrabbitmq"]
    subprocess.run(command, check=True)
    return str(program)


def c_pair(folder: Path) -> Pair:
    return Pair(
        "C (librabbitmq)",
        [c_program(folder, "peer_publisher")],
        [c_program(folder, "peer_consumer")],
    )


def node_pair() -> Pair:
    """Install the locked amqplib below a git-ignored folder, when it isn't there."""
    if not (NODE / "node_modules" / "amqplib").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=NODE, check=True)
    return Pair(
        "Node.js (amqplib)",
        ["node", str(NODE / "peer_publisher.js")],
        ["node", str(NODE / "peer_consumer.js")],
    )


def measure(broker: Broker, pair: Pair, seconds: int) -> Paired:
    """Run *pair* on a queue of its own, with the analytics' arguments."""
    with broker.virtual_host() as vhost:
        asyncio.run(declare(vhost))
        vhost.wait_saved(topology.QUEUE)
        return _measure(broker, vhost, pair, seconds)


async def declare(vhost: VirtualHost) -> None:
    async with await aio_pika.connect(vhost.url) as connection:
        await topology.declare(await connection.channel())


def _measure(broker: Broker, vhost: VirtualHost, pair: Pair, seconds: int) -> Paired:
    consume = [*pair.consumer, topology.QUEUE, str(PREFETCH), str(ACK_EVERY)]
    publish = [*pair.publisher, topology.EXCHANGE, str(WINDOW), str(seconds), "0"]
    with ready(consume, vhost.settings) as consumer, ready(publish, vhost.settings) as publisher:
        pids = {"broker": broker.vm.pid, "consumer": consumer.pid}
        before = {name: cpu_us([pid]) for name, pid in pids.items()}
        published = msgspec.json.decode(ask(publisher), type=Published)
        used = {name: cpu_us([pid]) - before[name] for name, pid in pids.items()}
        counts = [tuple(map(int, line.split())) for line in finish(consumer)]
    used["publisher"] = published.cpu_ns / 1000
    begin, end = published.start_ns + WARM_UP_NS, published.start_ns + seconds * 1_000_000_000
    at_end = count_at(counts, end)
    return Paired(
        published=published.confirmed * 1e9 / (published.end_ns - published.start_ns),
        consumed=(at_end - count_at(counts, begin)) * 1e9 / (end - begin),
        waiting=round(published.published - at_end),
        cpu={name: us / published.published for name, us in used.items()},
    )


def count_at(counts: Sequence[tuple[int, ...]], moment: int) -> float:
    """Return the count at *moment*, between two that were told on a straight line."""
    for (before, low), (after, high) in pairwise(counts):
        if before <= moment <= after:
            return low + (high - low) * (moment - before) / (after - before)
    raise ValueError("the consumer told no counts around that moment")
