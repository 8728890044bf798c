"""The queue's watch ends when its session does, at whatever moment that is."""

import asyncio
import random

import aio_pika

from broker import topology
from broker.shards import Shards
from consuming.inbox import Inbox
from consuming.queue_watch import QueueWatch
from counting.totals import Totals
from live.live import Live
from tests.broker_stack import VirtualHost

TRIES = 200
WITHIN_MS = 4  # what opening its channel and the first sample take


async def test_ends_at_any_moment(vhost: VirtualHost) -> None:
    """Also when it is told to while the broker's answer arrives, which aiormq may put first."""
    chance = random.Random(42)  # noqa: S311 - moments, not secrets
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        for queue in topology.QUEUES:
            await channel.declare_queue(queue)
        watch = QueueWatch(Live(Totals("b1f0")), prefetch=10)
        for _ in range(TRIES):
            inbox = Inbox(batch_messages=10, batch_seconds=0.005)
            watching = asyncio.create_task(watch.run(connection, inbox, Shards([topology.QUEUE])))
            await asyncio.sleep(chance.uniform(0, WITHIN_MS / 1000))
            inbox.stop()
            watching.cancel()

            ended, _ = await asyncio.wait([watching], timeout=5)

            assert ended
