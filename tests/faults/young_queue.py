"""
Kills a node soon after a quorum queue was declared, and counts what is left of what it confirmed.

PYTHONPATH=local:.:servicio-analiticas .venv/bin/python tests/faults/young_queue.py
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import aiormq
from pamqp.commands import Basic

from broker.topology import QUEUE_ARGUMENTS
from tests.broker_stack import Broker

AFTER = (0.05, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.5, 0.7, 0.9, 1.1, 1.5)  # seconds
PATIENCE, SETTLED = 40.0, 5.0


async def fill(url: str, queue: str, seconds: float) -> int:
    """Declare the queue and publish to it; return how many messages were confirmed."""
    confirmed = 0
    connection = await aiormq.connect(url)
    channel = await connection.channel(publisher_confirms=True)
    await channel.queue_declare(queue, durable=True, arguments=QUEUE_ARGUMENTS)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kept = Basic.Properties(delivery_mode=2)
        await channel.basic_publish(b"x", routing_key=queue, properties=kept)
        confirmed += 1
    return confirmed


async def found(url: str, queue: str) -> int | None:
    """
    Return the most messages that the queue says it has; None when it never answers.

    Its first answers may come while it still reads its log.
    """
    most, end = None, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(aiormq.AMQPError, OSError, TimeoutError):
            async with asyncio.timeout(8), await aiormq.connect(url) as connection:
                channel = await connection.channel()
                declared = await channel.queue_declare(queue, passive=True)
                if most is None:
                    end = time.monotonic() + SETTLED
                most = max(most or 0, declared.message_count or 0)
        await asyncio.sleep(0.5)
    return most


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Broker(Path(folder)).at_work() as broker,
        broker.virtual_host() as vhost,
    ):
        for number, seconds in enumerate(AFTER):
            queue = f"q{number}"
            confirmed = asyncio.run(fill(vhost.url, queue, seconds))
            broker.kill()
            broker.start()
            left = asyncio.run(found(vhost.url, queue))
            say = f"killed after {seconds} s: {confirmed} confirmed, {left} found"
            print(say, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
