"""Round after round of readings."""

from __future__ import annotations

import logging
import time

import httpx

from comun.service_answer import InvalidAnswerError, decode
from judging.readings import Client, Reading
from watching.analytics import FAILURES, Analytics
from watching.answers import ClientPage, Estado, Reporte
from watching.stored_past import StoredPast
from watching.usual import UsualBands

LOG = logging.getLogger("avisos.rounds")
STATE_WITHIN = 1.5  # seconds: so soon is it known that nobody answers
MOST_CLIENTS = 20_000
PAGE = 1000
STARTING_SECONDS = 60.0  # in which analytics that are not there yet are no warning


class Rounds:
    """*unwatched* is how many clients there are beyond those that are read."""

    def __init__(self, analytics: Analytics, usual: UsualBands, past: StoredPast) -> None:
        self._analytics, self._usual, self._past = analytics, usual, past
        self._etag: str | None = None
        self._report: Reporte | None = None
        self._clients: dict[str, Client] = {}
        self._why: str | None = None  # what was logged last
        self._hushed = False  # it was logged, and not as a warning
        self._began = time.monotonic()
        self.unwatched = 0

    @property
    def asked(self) -> int:
        return self._analytics.asked

    async def read(self) -> Reading:
        """One round. What is not to be had is missing in it."""
        asked = time.time()
        try:
            reading = await self._read()
        except FAILURES as error:
            self._etag = None
            self._failed(error)
            return Reading(time.time(), asked=asked)
        if self._why is not None:
            LOG.info("the analytics answer again")
        self._why = None
        return reading

    def _failed(self, error: Exception) -> None:
        why = f"{type(error).__name__}: {error}"[:256]
        young = self._report is None and time.monotonic() - self._began < STARTING_SECONDS
        expected = young and isinstance(error, httpx.ConnectError)
        if why != self._why or (self._hushed and not expected):
            level = logging.INFO if expected else logging.WARNING
            LOG.log(level, "the analytics do not answer: %s", why)
            self._why, self._hushed = why, expected

    async def _read(self) -> Reading:
        answer = await self._analytics.get("/reporte/estado", {}, within=STATE_WITHIN)
        if answer is None:
            raise InvalidAnswerError("/reporte/estado is not there")
        status = decode(Estado, answer.content).status()
        if await self._changed():
            self._clients = await self._walk()
        assert self._report is not None  # noqa: S101 - without one it had changed
        bands = await self._usual.read(self._analytics, time.time())
        past = await self._past.read(self._analytics, self._clients, time.time())
        return Reading(time.time(), status, self._report.counts(), self._clients, bands, past)

    async def _changed(self) -> bool:
        headers = {} if self._etag is None else {"If-None-Match": self._etag}
        answer = await self._analytics.get("/reporte", {"limite": "1"}, headers)
        if answer is None and self._etag is not None:
            return False
        if answer is None:
            raise InvalidAnswerError("/reporte is not there")
        self._report = decode(Reporte, answer.content)
        etag = answer.headers.get("ETag")
        self._etag = etag if etag and etag.isascii() else None
        return True

    async def _walk(self) -> dict[str, Client]:
        """All clients, page by page, of one counting."""
        found: dict[str, Client] = {}
        params = {"limite": str(PAGE)}
        while True:
            answer = await self._analytics.get("/reporte/clientes", params)
            if answer is None:
                raise InvalidAnswerError("/reporte/clientes is not there")
            page = decode(ClientPage, answer.content)
            if self._report is None or page.epoca != self._report.epoca:
                raise InvalidAnswerError("counting has begun anew meanwhile")
            found |= page.clients()
            self.unwatched = max(0, page.distintos - len(found))
            if page.siguiente is None or len(found) >= MOST_CLIENTS:
                return found
            params["despues"] = page.siguiente
