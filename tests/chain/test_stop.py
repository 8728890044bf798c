"""Told to stop while there is no broker."""

import asyncio
import re
import time

import httpx

from tests.chain_stack import Chain
from tests.sender.amqp_line import disturbed_line

# On 3.11 asyncio logs a kept connection that a stop cuts off as an error of its own.
CUT_OFF = re.compile(
    r"^\S+ ERROR asyncio Exception in callback StreamReaderProtocol\.connection_made.*\n(?: .*\n)*",
    re.MULTILINE,
)


async def test_analytics_stop_at_once_without_a_broker(counter: Chain) -> None:
    """Whoever waits for a change is answered, nothing is logged as an error, and it ends with 0."""
    analytics = counter.parts["servicio-analiticas"]
    analytics.kill()
    async with disturbed_line(counter.vhost.broker) as line:
        analytics.environment["RABBITMQ_PORT"] = str(line.port)
        await asyncio.to_thread(analytics.start)
        line.cut()
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        etag = (await client.get(counter.report_url)).headers["ETag"]
        await asyncio.sleep(2)  # so that connecting has failed a few times
        known = {"If-None-Match": etag, "Prefer": "wait=25"}
        waiting = asyncio.create_task(client.get(counter.report_url, headers=known))
        await asyncio.sleep(0.5)
        start = time.monotonic()
        assert await asyncio.to_thread(analytics.stop) == 0
        assert (await waiting).status_code == 304
    assert time.monotonic() - start < 8, "it was forced"
    told = CUT_OFF.sub("", analytics.log)
    assert "broker" in told
    assert "Traceback" not in told
    assert " ERROR " not in told
