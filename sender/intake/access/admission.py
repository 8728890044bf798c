"""Who may send at all: pages of browsers, keys, rates. Looked at before a body is read."""

from __future__ import annotations

from http import HTTPStatus

from werkzeug.datastructures import Headers

from comun.web.caller_address import address_of
from intake.access.keys import ANYONE, Caller, KeyRing, find_caller
from intake.access.problem import ProblemError
from intake.access.rate import RateLimit
from intake.access.webhook import permission


class Admission:
    """*ring* is None where no keys are asked for."""

    def __init__(self, ring: KeyRing | None, rate: RateLimit, trusted_hops: int) -> None:
        self._ring, self._rate, self._trusted_hops = ring, rate, trusted_hops

    def admit(self, headers: Headers, peer: str) -> Caller:
        """Raises ProblemError: 401, 403 or 429."""
        _refuse_pages(headers)
        caller = self._caller(headers)
        forwarded = ",".join(headers.getlist("X-Forwarded-For")).split(",")
        who = caller.owner or address_of(peer, forwarded, self._trusted_hops)
        if wait := self._rate.wait_of(who):
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too many requests in a short time: send several events in one",
                headers={"Retry-After": str(wait)},
            )
        return caller

    def permit(self, headers: Headers) -> dict[str, str]:
        """Return what a webhook's sender is told. Raises ProblemError: 400 or 403."""
        _refuse_pages(headers)
        return permission(headers, self._rate.per_minute)

    def _caller(self, headers: Headers) -> Caller:
        if self._ring is None:
            return ANYONE
        key = key_of(headers)
        if not key:
            raise _unauthorized(
                "X-API-Key: an API key is needed there, or as Authorization: Bearer …", "Bearer"
            )
        if caller := find_caller(self._ring, key):
            return caller
        raise _unauthorized("no such API key", 'Bearer error="invalid_token"')


def _refuse_pages(headers: Headers) -> None:
    if "Origin" in headers:
        # No program sends one. Without this, any page that somebody opens here could send
        # events to his own machine: `text/plain` and forms are posted without asking.
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "Origin: pages of a browser can't send events; a server can"
        )


def key_of(headers: Headers) -> str:
    """The key that a request carries, empty for none; `X-API-Key` wins over `Authorization`."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else ""
    # Behind a proxy that asks for a password, a request's one Authorization is the proxy's.
    return headers.get("X-API-Key", bearer).strip()


def _unauthorized(reason: str, challenge: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, reason, headers={"WWW-Authenticate": challenge})
