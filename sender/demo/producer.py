from __future__ import annotations

import asyncio
import datetime
import random

from demo.invented import encode, gap, invent
from publishing.publisher import Publisher

MAX_LAG = 1.0  # seconds


async def produce(publisher: Publisher, client: str, per_second: float) -> None:
    """
    Publish invented events of *client* until cancelled.

    The pace is kept against the clock, so that the time of publishing does not slow it down;
    but what a full outbox held up is not caught up with in a burst.
    """
    rng = random.Random()  # noqa: S311 - invented events, not secrets
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due = max(due, loop.time() - MAX_LAG) + gap(per_second, rng)
        await asyncio.sleep(due - loop.time())
        event = invent(client, datetime.datetime.now(datetime.UTC), rng)
        await publisher.publish(client, encode(event))
