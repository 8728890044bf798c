"""Told to stop while there is no broker."""

import asyncio
import re
import time
from collections.abc import Callable

import httpx

from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain

# On 3.11 asyncio logs a kept connection that a stop cuts off as an error of its own.
CUT_OFF = re.compile(
    r"^\S+ ERROR asyncio Exception in callback StreamReaderProtocol\.connection_made.*\n(?: .*\n)*",
    re.MULTILINE,
)


async def test_analytics_stop_at_once_without_a_broker(
    chain_on: Callable[[VirtualHost], Chain], own_broker: Callable[[], Broker]
) -> None:
    """Whoever waits for a change is answered, nothing is logged as an error, and it ends with 0."""
    broker = own_broker()
    with broker.virtual_host() as vhost:
        chain = chain_on(vhost)
        analytics = chain.parts["servicio-analiticas"]
        broker.kill()
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            etag = (await client.get(chain.report_url)).headers["ETag"]
            await asyncio.sleep(2)  # so that connecting has failed a few times
            known = {"If-None-Match": etag, "Prefer": "wait=25"}
            waiting = asyncio.create_task(client.get(chain.report_url, headers=known))
            await asyncio.sleep(0.5)
            start = time.monotonic()
            assert await asyncio.to_thread(analytics.stop) == 0
            assert (await waiting).status_code == 304
        assert time.monotonic() - start < 8, "it was forced"
        told = CUT_OFF.sub("", analytics.log)
        assert "Traceback" not in told
        assert " ERROR " not in told
