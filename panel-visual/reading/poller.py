"""The one reader of the analytics."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Sequence
from http import HTTPStatus
from itertools import cycle
from typing import NoReturn

import httpx

from messages.report_wire import Estado, InvalidAnswerError, Reporte, decode
from push.heartbeat import Heartbeat
from push.pace import Pace
from push.pusher import Pusher

LOG = logging.getLogger("panel.poller")
REPORT = "/reporte?limite=1000"
STATUS = "/reporte/estado"
STATUS_EVERY = 1.0  # seconds
# A frozen process accepts connections for ever, so what is missing is an answer. We ask the
# analytics to answer within 1 s, and take 2 s of silence for their absence.
WAIT = "wait=1"
FIRST = {"Priority": "u=0"}  # RFC 9218: the analytics answer us before others
TIMEOUT = httpx.Timeout(connect=2.0, read=2.0, write=2.0, pool=2.0)
ANSWER_WITHIN = 5.0  # seconds, for an answer that comes in drips
RETRY_AFTER = 0.25  # seconds
FAILURES_OF_A_CLIENT = 3  # then it is replaced: httpcore can lose places of its pool for good
KEEPALIVE = 30.0  # seconds; below the 120 s of the analytics, which otherwise hang up first

STARTING_SECONDS = 60.0  # in which analytics that are not there yet are no warning

FAILURES = (httpx.HTTPError, TimeoutError, InvalidAnswerError)


class Poller:
    """
    Asks for the report again shortly before the next push is due.

    So what is pushed is what the analytics knew a moment ago, and no report is read in vain.
    """

    def __init__(
        self, urls: Sequence[str], pace: Pace, pusher: Pusher, heartbeat: Heartbeat
    ) -> None:
        """*urls*: of analytics that count together, so that any of them will do."""
        self._urls, self._pace = urls, pace
        self._pusher, self._heartbeat = pusher, heartbeat
        self._etag: str | None = None
        self._read = ("", 0)  # epoca and version
        self._online = False
        self._failures = 0  # in a row
        self._status_due = 0.0
        self._reason: str | None = None  # of the failure that was logged last
        self._hushed = False  # it was logged, and not as a warning
        self._began = time.monotonic()

    async def run(self) -> NoReturn:
        LOG.info("reading %s", ", ".join(self._urls))
        tls = ssl.create_default_context()  # made once: it takes 20 ms, and a client needs one
        for url in cycle(self._urls):
            async with httpx.AsyncClient(
                base_url=url,
                timeout=TIMEOUT,
                limits=httpx.Limits(max_connections=2, keepalive_expiry=KEEPALIVE),
                verify=tls,
                headers=FIRST,
                trust_env=False,  # a proxy that is set for the web is none for our own services
            ) as client:
                await self._poll_until_broken(client)
        raise AssertionError(self._urls)

    async def _poll_until_broken(self, client: httpx.AsyncClient) -> None:
        failures, most = 0, FAILURES_OF_A_CLIENT if len(self._urls) == 1 else 1
        while failures < most:
            try:
                await self._poll(client)
                failures = 0
            except FAILURES as error:
                failures += 1
                self._failures += 1
                if self._failures < len(self._urls):
                    LOG.info("asks the next one, since %s: %s", client.base_url, error)
                    continue
                self._failed(error)
                await asyncio.sleep(RETRY_AFTER)

    async def _poll(self, client: httpx.AsyncClient) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._status_due or not self._online:
            self._status_due = now + STATUS_EVERY
            answer = await _get(client, STATUS, {})
            self._heartbeat.tell(decode(Estado, answer.content))
        await self._pace.until_nearly_due()
        report = await self._read_report(client)
        self._heartbeat.answered()
        if report is not None:
            await self._pusher.show(report)
        self._succeeded()

    async def _read_report(self, client: httpx.AsyncClient) -> Reporte | None:
        """Return the report, None if it is still the one we have."""
        headers = {} if self._etag is None else {"If-None-Match": self._etag}
        if self._online:
            headers["Prefer"] = WAIT
        answer = await _get(client, REPORT, headers)
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            return None
        report = decode(Reporte, answer.content)
        self._check_it_is_no_older(report)
        etag = answer.headers.get("ETag")
        self._etag = etag if etag and etag.isascii() else None  # else httpx could not send it back
        return report

    def _check_it_is_no_older(self, report: Reporte) -> None:
        """One of several may be cut off from what they count into: then another one is asked."""
        epoca, version = self._read
        if len(self._urls) > 1 and report.epoca == epoca and report.version < version:
            raise InvalidAnswerError(f"version {report.version} after {version}")
        self._read = report.epoca, report.version

    def _succeeded(self) -> None:
        if not self._online:
            LOG.info("analytics are en_linea")
        self._online, self._reason, self._failures = True, None, 0
        self._heartbeat.turn(online=True)

    def _failed(self, error: Exception) -> None:
        self._online = False
        self._heartbeat.turn(online=False)
        reason = f"{type(error).__name__}: {error}"[:256]
        age = self._heartbeat.age()
        young = age is None and time.monotonic() - self._began < STARTING_SECONDS
        expected = young and isinstance(error, httpx.ConnectError)
        if reason != self._reason or (self._hushed and not expected):
            self._reason, self._hushed = reason, expected
            shown = (
                "nothing to show yet" if age is None else f"showing what was read {age:.1f} s ago"
            )
            level = logging.INFO if expected else logging.WARNING
            LOG.log(level, "analytics are caida (%s), %s", reason, shown)


async def _get(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> httpx.Response:
    async with asyncio.timeout(ANSWER_WITHIN):
        answer = await client.get(path, headers=headers)
    if answer.status_code == HTTPStatus.NOT_MODIFIED and "If-None-Match" in headers:
        return answer
    if answer.status_code != HTTPStatus.OK:
        raise InvalidAnswerError(f"{path} answered {answer.status_code}")
    return answer
