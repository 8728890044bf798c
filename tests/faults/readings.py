"""What store and queues hold, read past the programs that are being tested."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import aio_pika
import aiormq

from broker_stack import VirtualHost
from faults.workload import body_of, digest_of, number_of

QUEUE, REJECTED = "cola_analiticas", "cola_analiticas.rechazados"
COUNTED = 0  # `suerte` of an id under which a body was counted


def counted_in(store: Path, attempts: Iterable[int]) -> tuple[Counter[int], int]:
    """How many ids counted each number, and how many ids belong to no number of *attempts*."""
    by_digest = {digest_of(body_of(number)): number for number in attempts}
    counted: Counter[int] = Counter()
    strangers = 0
    if not store.exists():
        return counted, strangers
    with closing(sqlite3.connect(store)) as db:
        for digest, fate in db.execute("SELECT cuerpo, suerte FROM ids"):
            if digest not in by_digest:
                strangers += 1
            elif fate == COUNTED:
                counted[by_digest[digest]] += 1
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


def take_dead_letters(vhost: VirtualHost) -> Counter[int]:
    """Take everything out of the queue of rejected messages: copies by number."""

    async def take() -> Counter[int]:
        taken: Counter[int] = Counter()
        async with await aio_pika.connect(vhost.url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(REJECTED, passive=True)
            for _ in range(queue.declaration_result.message_count or 0):
                message = await queue.get(no_ack=True, timeout=10)
                taken[number_of(message.body)] += 1
        return taken

    return asyncio.run(take())
