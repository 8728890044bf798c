"""Hands what the analytics answer on to viewers, asking once for all of them."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

import httpx

LOG = logging.getLogger("panel.relay")
FRESH = 1.0  # seconds: within them, equal questions get the same answer
ANSWER_WITHIN = 4.0  # seconds
AT_ONCE = 4  # questions to the analytics
MAX_KEPT = 64  # answers
MAX_BYTES = 32 * 1024 * 1024  # of all answers kept
MAX_ANSWER = 4 * 1024 * 1024
FAILURES = (httpx.HTTPError, httpx.InvalidURL, TimeoutError)


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes
    read_at: float  # by the relay's clock


class UnavailableError(Exception):
    """The analytics did not answer, and there is no earlier answer to this question."""


@dataclass(slots=True)
class _Question:
    answer: Answer | None = None
    asked_at: float = float("-inf")
    asking: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        return len(self.answer.body) if self.answer else 0


class Relay:
    """
    Asks the analytics at most once a second for each distinct path and query.

    The last good answer stays: `get` gives it with its age while the analytics are away. Questions
    are asked in tasks of the relay's own, because a viewer may leave while others wait for the
    same answer.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._clock = url, clock
        self._questions: dict[str, _Question] = {}  # least recently asked first
        self._group: asyncio.TaskGroup | None = None
        self._client: httpx.AsyncClient | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Serve until cancelled."""
        async with (
            httpx.AsyncClient(
                base_url=self._url,
                timeout=ANSWER_WITHIN,
                limits=httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=30.0),
                verify=ssl.create_default_context(),
                trust_env=False,
            ) as self._client,
            asyncio.TaskGroup() as self._group,
        ):
            await asyncio.Event().wait()

    async def get(self, target: str) -> tuple[Answer, float]:
        """
        Return the answer to *target* (path and query) and its age in seconds.

        Raise UnavailableError when there is none.
        """
        question = self._questions.pop(target, None) or _Question()
        self._make_room()
        self._questions[target] = question
        if question.asking is None and self._clock() - question.asked_at >= FRESH:
            self._ask(target, question)
        if question.asking is not None:
            await asyncio.shield(question.asking)
        if question.answer is None:
            raise UnavailableError(target)
        return question.answer, self._clock() - question.answer.read_at

    def _ask(self, target: str, question: _Question) -> None:
        if self._group is None:
            raise UnavailableError(target)
        question.asking = self._group.create_task(self._read(target, question))

    async def _read(self, target: str, question: _Question) -> None:
        try:
            async with self._turns, asyncio.timeout(ANSWER_WITHIN):
                question.asked_at = asked_at = self._clock()
                answer = await self._fetch(target)
            question.answer = Answer(*answer, asked_at)
        except FAILURES as error:
            LOG.info("no answer to %.128r: %s: %.128s", target, type(error).__name__, error)
        finally:
            question.asking = None

    async def _fetch(self, target: str) -> tuple[int, str, bytes]:
        assert self._client is not None  # noqa: S101 - it is there as long as the group is
        async with self._client.stream("GET", target) as response:
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise httpx.HTTPError(f"status {response.status_code}")
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER:
                    raise httpx.HTTPError(f"more than {MAX_ANSWER} bytes")
        content_type = response.headers.get("Content-Type", "application/octet-stream")
        return response.status_code, content_type, body

    def _make_room(self) -> None:
        idle = [key for key, question in self._questions.items() if question.asking is None]
        size = sum(question.size for question in self._questions.values())
        for key in idle:
            if len(self._questions) < MAX_KEPT and size <= MAX_BYTES:
                return
            size -= self._questions.pop(key).size
        if len(self._questions) >= MAX_KEPT:
            raise UnavailableError("too many questions at once")
