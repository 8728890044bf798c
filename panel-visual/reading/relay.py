"""Hands what the analytics answer on to viewers, asking once for all of them."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

import httpx

from comun.web.problem import TYPE, problem_body
from push.access.token_bucket import TokenBucket
from reading.usual_questions import is_usual

LOG = logging.getLogger("panel.relay")
FRESH = 1.0  # seconds: within them, equal questions get the same answer
ANSWER_WITHIN = 4.0  # seconds
AT_ONCE = 4  # questions to the analytics, and as many of the usual ones
OLD_AFTER = 1.5  # seconds: who has waited so long gets an older answer, if there is one
FIRST = {"Priority": "u=0"}  # RFC 9218: the analytics answer us before others
MAX_KEPT = 64  # answers
MAX_BYTES = 32 * 1024 * 1024  # of all answers kept
MAX_ANSWER = 4 * 1024 * 1024
TURN_WITHIN = 8.0  # seconds, with the wait for it
TOO_LARGE = (
    f"the answer is larger than {MAX_ANSWER // 1024**2} MiB: ask for a shorter window, longer steps"
    " (paso) or fewer series (limite), or ask /reporte/historia itself, which has no such limit"
)
FAILURES = (httpx.HTTPError, httpx.InvalidURL, TimeoutError)


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes
    read_at: float  # by the relay's clock


class UnavailableError(Exception):
    """There is no answer to this question, nor an earlier one; the text says why."""


class BusyError(httpx.HTTPError):
    """The analytics answered that they have too much to do."""


@dataclass(slots=True)
class _Question:
    answer: Answer | None = None
    asked_at: float = float("-inf")
    asking: asyncio.Task[None] | None = None
    viewers: int = 0  # that wait for what is being asked
    why: str = ""  # there is no answer, if that is known

    @property
    def size(self) -> int:
        return len(self.answer.body) if self.answer else 0


class Relay:
    """
    Asks the analytics at most once a second for each distinct path and query.

    The last good answer stays: `get` gives it with its age while the analytics are away. Questions
    are asked in tasks of the relay's own, because a viewer may leave while others wait for the
    same answer; when all have left, it is not asked on. What every page asks (usual_questions.py)
    goes before others and is always kept, or one visitor with many questions of his own would
    take history away from all.
    """

    def __init__(
        self,
        urls: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
        no_answer: str = "the analytics do not answer",
    ) -> None:
        """
        *urls*: of services that give the same answers; the next one is asked when one gives none.

        *no_answer* is what viewers are told when there is none.
        """
        self._urls, self._clock, self._no_answer = deque(urls), clock, no_answer
        self._questions: dict[str, _Question] = {}  # least recently asked first
        self._group: asyncio.TaskGroup | None = None
        self._client: httpx.AsyncClient | None = None
        self._log_lines = TokenBucket(0.2, 5, clock)
        self._turns = {usual: asyncio.Semaphore(AT_ONCE) for usual in (True, False)}

    async def run(self) -> None:
        """Serve until cancelled."""
        async with (
            httpx.AsyncClient(
                timeout=ANSWER_WITHIN,
                limits=httpx.Limits(max_connections=2 * AT_ONCE, keepalive_expiry=30.0),
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
        if not is_usual(target):
            self._make_room()
        self._questions[target] = question
        if question.asking is None and self._clock() - question.asked_at >= FRESH:
            self._ask(target, question)
        if question.asking is not None:
            await self._wait(question, question.asking, usual=is_usual(target))
        if question.answer is None:
            raise UnavailableError(question.why or self._no_answer)
        return question.answer, self._clock() - question.answer.read_at

    async def _wait(self, question: _Question, asking: asyncio.Task[None], usual: bool) -> None:
        """What the last viewer leaves is not asked on: others wait for their turns behind it."""
        question.viewers += 1
        try:
            # An older answer is better than none
            await asyncio.wait([asking], timeout=OLD_AFTER if question.answer else None)
        except asyncio.CancelledError:
            if question.viewers == 1 and question.asking is asking and not usual:
                question.asking, question.asked_at = None, float("-inf")
                asking.cancel()
            raise
        finally:
            question.viewers -= 1

    def _ask(self, target: str, question: _Question) -> None:
        if self._group is None:
            raise UnavailableError(target)
        question.asking = self._group.create_task(self._read(target, question))

    async def _read(self, target: str, question: _Question) -> None:
        try:
            async with asyncio.timeout(TURN_WITHIN), self._turns[is_usual(target)]:
                question.asked_at = asked_at = self._clock()
                async with asyncio.timeout(ANSWER_WITHIN):
                    answer, age = await self._fetch(target)
            question.answer = Answer(*answer, asked_at - age)
        except FAILURES as error:
            question.why = str(error) if isinstance(error, BusyError) else ""
            self._urls.rotate()
            if self._log_lines.take():
                LOG.info("no answer to %.128r: %s: %.128s", target, type(error).__name__, error)
        finally:
            if question.asking is asyncio.current_task():
                question.asking = None

    async def _fetch(self, target: str) -> tuple[tuple[int, str, bytes], int]:
        """Return the answer, and how old it was already: a panel may have kept it."""
        assert self._client is not None  # noqa: S101 - it is there as long as the group is
        headers = FIRST if is_usual(target) else {}
        url = self._urls[0].rstrip("/") + target
        async with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise BusyError("the analytics have too many questions to answer")
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise httpx.HTTPError(f"status {response.status_code}")
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER:
                    return problem(HTTPStatus.BAD_REQUEST, TOO_LARGE), 0
        content_type = response.headers.get("Content-Type", "application/octet-stream")
        age = response.headers.get("Age", "")
        return (response.status_code, content_type, body), int(age) if age.isdecimal() else 0

    def _make_room(self) -> None:
        others = {key: one for key, one in self._questions.items() if not is_usual(key)}
        size, count = sum(one.size for one in others.values()), len(others)
        for key in [key for key, one in others.items() if one.asking is None]:
            if count < MAX_KEPT and size <= MAX_BYTES:
                return
            size, count = size - self._questions.pop(key).size, count - 1
        if count >= MAX_KEPT:
            raise UnavailableError("too many questions at once")


def problem(status: HTTPStatus, detail: str) -> tuple[int, str, bytes]:
    return status, TYPE, problem_body(status, detail)
