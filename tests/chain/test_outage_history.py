"""
The analytics away while events go on: afterwards history has neither a hole nor a spike.

`OUTAGE_SECONDS=60 OUTAGE_RATE=1000` runs it as long as issue and docs/history.md say; `make test`
has a short one.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import websockets

from publishing.broker_link import Broker
from publishing.publisher import Publisher
from tests.chain_stack import Chain
from tests.foreign_publisher import read, wait_for

SECONDS = int(os.environ.get("OUTAGE_SECONDS", "4"))
RATE = int(os.environ.get("OUTAGE_RATE", "200"))
BEFORE, AFTER = 2, 2  # seconds of publishing on either side of the outage
SLOTS_PER_SECOND = 50


async def publish_for(publisher: Publisher, seconds: float, published: Counter[int]) -> None:
    """Publish RATE events a second, each dated when it happens; count them by that second."""
    loop = asyncio.get_running_loop()
    start, slots = loop.time(), int(seconds * SLOTS_PER_SECOND)
    for slot in range(slots):
        await asyncio.sleep(start + slot / SLOTS_PER_SECOND - loop.time())
        now = time.time()
        stamp = datetime.datetime.fromtimestamp(now, tz=datetime.UTC).isoformat()
        body = json.dumps({"cliente": "cortado", "evento": "clic", "timestamp": stamp}).encode()
        count = RATE // SLOTS_PER_SECOND
        await publisher.publish_many("cortado", [body] * count)
        published[int(now)] += count


async def heartbeats(chain: Chain, heard: list[dict[str, object]]) -> None:
    async with websockets.connect(chain.ws_url, compression=None) as socket:
        async for text in socket:
            message = json.loads(text)
            if message["tipo"] == "latido":
                heard.append(message)


def seconds_of(history: Mapping[str, Any]) -> Counter[int]:
    """The counts of the one series by the second in which the events happened."""
    start = datetime.datetime.fromisoformat(history["desde"]).timestamp()
    (series,) = history["series"]
    return Counter({int(start) + i: n for i, n in enumerate(series["puntos"]) if n})


async def test_history_after_an_outage(chain: Chain) -> None:
    """Each second of history holds exactly the events of that second, those of the outage too."""
    node = chain.vhost.broker
    address = Broker(node.host, node.port, node.user, node.password, chain.vhost.name, "outage")
    publisher, analytics = Publisher(address), chain.parts["servicio-analiticas"]
    published: Counter[int] = Counter()
    heard: list[dict[str, object]] = []
    async with asyncio.TaskGroup() as tasks:
        helpers = [
            tasks.create_task(publisher.run()),
            tasks.create_task(heartbeats(chain, heard)),
        ]
        publishing = tasks.create_task(publish_for(publisher, BEFORE + SECONDS + AFTER, published))
        await asyncio.sleep(BEFORE)
        await asyncio.to_thread(analytics.kill)
        await asyncio.sleep(SECONDS)
        await asyncio.to_thread(analytics.start)
        await publishing
        await publisher.drain(30)
        for helper in helpers:
            helper.cancel()

    total = published.total()
    await asyncio.to_thread(wait_for, chain.report_url, lambda report: report["total"] == total)
    history = read(f"{chain.report_url}/historia?ventana=15m&paso=1s&por=cliente&cliente=cortado")

    assert seconds_of(history) == published
    assert set(history["otros"]) == {0}
    assert "caida" in [message["analiticas"] for message in heard]
