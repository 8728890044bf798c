"""The one reader of the analytics, or of a panel that reads from them."""

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

from comun.service_answer import InvalidAnswerError, decode
from messages.report_wire import Estado, Reporte
from push.heartbeat import Heartbeat
from push.pace import Pace
from push.pusher import Pusher
from reading.kept_report import KeptReport, Report
from reading.source import NothingYetError, Source, Told

LOG = logging.getLogger("panel.poller")
REPORT = "/reporte?limite=1000"
STATUS = "/reporte/estado"
STATUS_EVERY = 1.0  # seconds
# A frozen process accepts connections for ever, so what is missing is an answer. We ask the
# analytics to answer within 1 s, and take 2 s of silence for their absence.
WAIT = "wait=1"
FIRST = {"Priority": "u=0"}  # RFC 9218: the analytics answer us before others
TIMEOUT = httpx.Timeout(connect=2.0, read=2.0, write=2.0, pool=2.0)
RETRY_AFTER = 0.25  # seconds
FAILURES_OF_A_CLIENT = 3  # then it is replaced: httpcore can lose places of its pool for good
KEEPALIVE = 30.0  # seconds; below the 120 s of the analytics, which otherwise hang up first

OLDER_SECONDS = 2.0  # for one of several to catch up with what another has told
STARTING_SECONDS = 60.0  # in which analytics that are not there yet are no warning

FAILURES = (httpx.HTTPError, TimeoutError, InvalidAnswerError)


class OlderReportError(InvalidAnswerError):
    """Who answers knows less than what is shown, and does not catch up."""


class OldNewsError(InvalidAnswerError):
    """A panel answers, and tells that the analytics don't."""


class Poller:
    """
    Asks for the report again shortly before the next push is due.

    So what is pushed is what the analytics knew a moment ago, and no report is read in vain.
    """

    def __init__(
        self,
        urls: Sequence[str],
        pace: Pace,
        pusher: Pusher,
        heartbeat: Heartbeat,
        kept: KeptReport | None = None,
    ) -> None:
        """
        *urls*: of several that know the same, so that any of them will do.

        *kept* is where other panels find what was read.
        """
        self._kept = kept or KeptReport()
        self._urls, self._pace = urls, pace
        self._pusher, self._heartbeat = pusher, heartbeat
        self._etag: str | None = None
        self._online = False
        self._failures = 0  # in a row
        self._status_due = 0.0
        self._older_since: float | None = None
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
                await self._poll_until_broken(client, Source(url, self._kept))
        raise AssertionError(self._urls)

    async def _poll_until_broken(self, client: httpx.AsyncClient, source: Source) -> None:
        failures, most = 0, FAILURES_OF_A_CLIENT if len(self._urls) == 1 else 1
        while failures < most:
            try:
                await self._poll(client, source)
                failures = 0
            except FAILURES as error:
                failures += 1
                self._failures += 1
                if self._failures < len(self._urls):
                    LOG.info("asks the next one, since %s: %s", source.url, error)
                    continue
                self._failed(error)
                await asyncio.sleep(RETRY_AFTER)

    async def _poll(self, client: httpx.AsyncClient, source: Source) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._status_due or not self._online:
            self._status_due = now + STATUS_EVERY
            state, came = await source.ask(client, STATUS, {})
            if came.panels:  # REPORTE_URL names panels then, and they know how many count
                self._heartbeat.analytics = came.instances
            self._heartbeat.tell(decode(Estado, state.content))
            self._kept.estado = state.content
        await self._pace.until_nearly_due()
        told = await source.ask(client, REPORT, self._condition())
        if told.answer.status_code == HTTPStatus.NOT_MODIFIED:
            self._heartbeat.answered(told.came.age)
        elif not await self._take(told):
            return
        if not told.came.online:
            raise OldNewsError(f"the panel at {source.url} has no answer from them")
        self._succeeded()

    def _condition(self) -> dict[str, str]:
        headers = {} if self._etag is None else {"If-None-Match": self._etag}
        if self._online:
            headers["Prefer"] = WAIT
        return headers

    async def _take(self, told: Told) -> bool:
        """Show a report, and keep it for others, unless what is shown is newer: then it is none."""
        report = decode(Reporte, told.answer.content)
        if self._pusher.is_older(report):
            await self._wait_for_newer()
            return False
        self._older_since = None
        etag = told.answer.headers.get("ETag")
        self._etag = etag if etag and etag.isascii() else None  # else httpx could not send it back
        self._heartbeat.answered(told.came.age)
        self._kept.report = Report(f"{report.epoca}-{report.version}", told.answer.content)
        self._kept.news()
        await self._pusher.show(report)
        return True

    async def _wait_for_newer(self) -> None:
        """Of several that answer in turn one may be behind, for a moment or since it is cut off."""
        now = time.monotonic()
        self._older_since = now if self._older_since is None else self._older_since
        another_may_know = self._failures + 1 < len(self._urls)
        if another_may_know or now - self._older_since > OLDER_SECONDS:
            raise OlderReportError(
                "what is answered is older than what is shown, of the same epoca;"
                " if that is meant, restart this panel"
            )
        await asyncio.sleep(RETRY_AFTER)

    def _succeeded(self) -> None:
        if not self._online:
            LOG.info("analytics are en_linea")
        self._turn(online=True)
        self._reason, self._failures = None, 0

    def _turn(self, *, online: bool) -> None:
        turned, self._online = online != self._online, online
        self._heartbeat.turn(online)
        if turned:
            self._kept.news()

    def _failed(self, error: Exception) -> None:
        self._turn(online=False)
        reason = f"{type(error).__name__}: {error}"[:256]
        age = self._heartbeat.age()
        young = age is None and time.monotonic() - self._began < STARTING_SECONDS
        expected = young and isinstance(error, httpx.ConnectError | NothingYetError)
        if reason != self._reason or (self._hushed and not expected):
            self._reason, self._hushed = reason, expected
            shown = (
                "nothing to show yet" if age is None else f"showing what was read {age:.1f} s ago"
            )
            level = logging.INFO if expected else logging.WARNING
            LOG.log(level, "analytics are caida (%s), %s", reason, shown)
