"""What store and queues hold, read past the programs that are being tested."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import aiormq
from aiormq.abc import DeliveredMessage

from broker import lenient_amqp
from tests.broker_stack import VirtualHost
from tests.faults.workload import digest_of
from tests.travelling_body import opened

QUEUE, REJECTED = "cola_analiticas", "cola_analiticas.rechazados"
COUNTED = 0  # `suerte` of an id under which a body was counted
KNOWN = "SELECT cuerpo, suerte FROM ids"


def counted_in(
    store: Path, sent: Mapping[int, Iterable[int]], others: Collection[bytes]
) -> tuple[Counter[int], int]:
    """
    How many ids counted each number, and how many ids belong to no message of *sent*.

    *sent* has the numbers of each message by the digest of its body. Bodies of *others* may be
    known, but not as counted.
    """
    if not store.exists():
        return Counter(), 0
    with closing(sqlite3.connect(store)) as db:
        return counted_by(db.execute(KNOWN), sent, others)


def counted_by(
    known: Iterable[tuple[int, int]],
    sent: Mapping[int, Iterable[int]],
    others: Collection[bytes] = (),
) -> tuple[Counter[int], int]:
    """The same, of digests and fates that a store keeps."""
    aside = {digest_of(body) for body in others}
    counted: Counter[int] = Counter()
    strangers = 0
    for digest, fate in known:
        if digest not in sent:
            strangers += digest not in aside or fate == COUNTED
        elif fate == COUNTED:
            counted.update(sent[digest])
    return counted, strangers


def depth(vhost: VirtualHost, queue: str) -> int:
    """Messages that are ready, as the broker itself says now; 0 when there is no such queue."""

    async def ask() -> int:
        connection = await aiormq.connect(vhost.url)
        try:
            channel = await connection.channel()
            declared = await channel.queue_declare(queue, passive=True, timeout=10)
            return declared.message_count or 0
        except aiormq.ChannelNotFoundEntity:
            return 0
        finally:
            await connection.close()

    return asyncio.run(ask())


def take_rejected_bodies(vhost: VirtualHost) -> list[bytes]:
    """Take everything out of the queue of rejected messages."""
    # Among them may be messages whose properties no client library can read as they are.
    lenient_amqp.install()
    count = depth(vhost, REJECTED)

    async def take() -> list[bytes]:
        bodies: asyncio.Queue[bytes] = asyncio.Queue()

        async def receive(delivered: DeliveredMessage) -> None:
            bodies.put_nowait(opened(delivered.body))

        async with await aiormq.connect(vhost.url) as connection:
            channel = await connection.channel()
            await channel.basic_consume(REJECTED, receive, no_ack=True)
            return [await asyncio.wait_for(bodies.get(), 30) for _ in range(count)]

    return asyncio.run(take()) if count else []
