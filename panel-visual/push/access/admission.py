"""Who becomes a viewer."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from comun.web.caller_address import address_of
from comun.web.known_hosts import refusal
from push.access.limits import Limits
from push.access.origin_rule import OriginRule
from push.access.token_bucket import TokenBucket

LOG = logging.getLogger("panel.push")
PATH = "/ws"


class RefusedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status, reason)
        self.status, self.reason = status, reason

    def answer(self, ws: ServerProtocol) -> Response:
        response = ws.reject(self.status, f"{self.reason}\n")
        if self.status is HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "5"
        return response


class Admission:
    """Judges handshakes."""

    def __init__(self, rule: OriginRule, limits: Limits, clock: Callable[[], float]) -> None:
        self._rule, self._limits = rule, limits
        self._handshakes = TokenBucket(limits.handshakes_per_second, limits.handshakes_burst, clock)
        self._log_lines = TokenBucket(0.2, 5, clock)
        self._unlogged = 0
        self._viewers_of: Counter[str] = Counter()

    def admit(self, request: Request, peer: str) -> str | None:
        """
        Return the address to `leave` later, None where that is not counted.

        Raises RefusedError.
        """
        if request.path.partition("?")[0] != PATH:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"The WebSocket is at {PATH}")
        hosts = request.headers.get_all("Host")
        if not self._rule.hosts.accepts(hosts):
            raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, refusal(hosts))
        origins = request.headers.get_all("Origin")
        if not self._rule.accepts(origins):
            cure = self._rule.cure(origins)
            self._log(f"refused a page of another origin; {cure}")
            raise RefusedError(HTTPStatus.FORBIDDEN, f"This page may not watch: {cure}")
        if not self._handshakes.take():
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Too many at once: try again later")
        return self._enter(request, peer) if self._limits.per_address else None

    def _enter(self, request: Request, peer: str) -> str:
        forwarded = ",".join(request.headers.get_all("X-Forwarded-For")).split(",")
        address = address_of(peer, forwarded, self._limits.trusted_hops)
        if self._viewers_of[address] >= self._limits.per_address:
            self._log(f"{address} has {self._limits.per_address} viewers: refused another one")
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "Too many viewers of your address")
        self._viewers_of[address] += 1
        return address

    def leave(self, address: str) -> None:
        self._viewers_of[address] -= 1
        if not self._viewers_of[address]:
            del self._viewers_of[address]

    def _log(self, line: str) -> None:
        if not self._log_lines.take():
            self._unlogged += 1
            return
        LOG.warning("%s%s", line, f" ({self._unlogged} not logged)" if self._unlogged else "")
        self._unlogged = 0
