"""Asks the analytics, at most so many times a second."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import cycle

import httpx

from comun.service_answer import InvalidAnswerError

APART = 0.25  # seconds from one request to the next
TIMEOUT = httpx.Timeout(connect=3.0, read=5.0, write=3.0, pool=3.0)
ANSWER_WITHIN = 15.0  # seconds, for an answer that comes in drips
MAX_ANSWER = 4 * 1024 * 1024
KEEPALIVE = 30.0  # seconds; below the 120 s of the analytics, which otherwise hang up first
FAILURES = (httpx.HTTPError, TimeoutError, InvalidAnswerError)


FAILURES_OF_A_CLIENT = 3  # then it is replaced: httpcore can lose places of its pool for good


@asynccontextmanager
async def reaching(urls: Iterable[str]) -> AsyncIterator[Analytics]:
    """*urls*: of analytics that count together; the next one is asked when one gives no answer."""
    each = cycle(urls)
    tls = ssl.create_default_context()  # made once: it takes 20 ms

    def client() -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=next(each),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEPALIVE),
            verify=tls,
            trust_env=False,  # a proxy that is set for the web is none for our own services
        )

    analytics = Analytics(client)
    try:
        yield analytics
    finally:
        await analytics.close()


class Analytics:
    """One question at a time, *asked* of them in all."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make, self._client = make, make()
        self._failures = 0
        self._next = 0.0
        self.asked = 0

    async def close(self) -> None:
        await self._client.aclose()

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        within: float = ANSWER_WITHIN,
    ) -> httpx.Response | None:
        """Return the answer, None for 304 and 404. Raises one of FAILURES."""
        await asyncio.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + APART
        self.asked += 1
        try:
            async with asyncio.timeout(within):
                answer = await self._client.get(
                    path, params=dict(params), headers=dict(headers or {})
                )
        except (httpx.HTTPError, TimeoutError):
            await self._failed()
            raise
        self._failures = 0
        if answer.status_code in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NOT_FOUND):
            return None
        if answer.status_code != HTTPStatus.OK:
            raise InvalidAnswerError(f"{path} answered {answer.status_code}")
        if len(answer.content) > MAX_ANSWER:
            raise InvalidAnswerError(f"{path} answered more than {MAX_ANSWER} bytes")
        return answer

    async def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_OF_A_CLIENT:
            self._failures = 0
            await self._client.aclose()
            self._client = self._make()
