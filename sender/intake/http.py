"""The HTTP side of the intake, as an ASGI application: `POST /eventos`, and how it feels."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from comun.web.door import Receive, Scope, Send
from comun.web.problem import TYPE
from intake.access.admission import Admission
from intake.access.problem import ProblemError, bad_request, shown, unavailable
from intake.access.webhook import REQUEST_ORIGIN
from intake.bodies.events import Sender, default_client_of
from intake.bodies.http_request import ClientGoneError, Request
from intake.bodies.room import Room
from intake.delivery import Delivery
from intake.ids import ids_of
from intake.request import Intake

LOG = logging.getLogger("entrada.http")
NOWHERE = "nothing is at this path: events are taken by POST /eventos"
FAILED = "an error of this service, told in its log; whether events were taken is not known"


class Reply(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class IntakeApp:
    def __init__(self, admission: Admission, delivery: Delivery) -> None:
        self._admission, self._delivery, self._room = admission, delivery, Room()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            reply = await self._reply(request)
            finished = await request.finish()
        except ClientGoneError:
            return
        await _send(send, reply, last=not finished or request.has_two_lengths)

    async def _reply(self, request: Request) -> Reply:
        """Raises ClientGoneError."""
        try:
            return await self._route(request)
        except ProblemError as problem:
            return _of_problem(problem)
        except ClientGoneError:
            raise
        except Exception:
            LOG.exception("%s %s", shown(request.method), shown(request.path))
            return _of_problem(unavailable(FAILED))  # behind the proxy a 500 is a body of no sense

    async def _route(self, request: Request) -> Reply:
        match request.path, request.method:
            case (("/eventos" | "/eventos/"), "POST"):
                return await self._take(request)
            # An OPTIONS that asks for nothing stays a 405, of which nobody takes consent.
            case (("/eventos" | "/eventos/"), "OPTIONS") if REQUEST_ORIGIN in request.headers:
                permit = self._admission.permit(request.headers)
                return Reply(HTTPStatus.OK, b"", "text/plain", permit)
            case (("/eventos" | "/eventos/"), _):
                raise _not_allowed("POST")
            case "/livez", "GET" | "HEAD":
                return Reply(HTTPStatus.OK, b"ok", "text/plain; charset=utf-8")
            case "/readyz", "GET" | "HEAD":
                return self._readiness()
            case (("/livez" | "/readyz"), _):
                raise _not_allowed("GET, HEAD")
        raise ProblemError(HTTPStatus.NOT_FOUND, NOWHERE)

    async def _take(self, request: Request) -> Reply:
        caller = self._admission.admit(request.headers, request.peer)
        sender = Sender(caller, default_client_of(_given_clients(request), caller))
        intake = Intake(self._delivery, self._room, sender, ids_of(request.headers, caller.owner))
        answer = await intake.take(request)
        return Reply(answer.status, msgspec.json.encode(answer.body))

    def _readiness(self) -> Reply:
        ready = self._delivery.ready
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        told = {"broker": "conectado" if ready else "reconectando"}
        return Reply(status, msgspec.json.encode(told))


async def _send(send: Send, reply: Reply, last: bool) -> None:
    """*last*: of its connection."""
    headers = {
        "content-type": reply.content_type,
        "content-length": str(len(reply.body)),
        **reply.headers,
    }
    if last:
        headers["connection"] = "close"
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(reply.status), "headers": raw})
    await send({"type": "http.response.body", "body": reply.body})


def _of_problem(problem: ProblemError) -> Reply:
    return Reply(problem.status, problem.body(), TYPE, problem.headers)


def _not_allowed(methods: str) -> ProblemError:
    detail = f"this path is there for {methods} only"
    return ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": methods})


def _given_clients(request: Request) -> list[str]:
    """The clients of events that name none, the first counts: `?cliente=`, and X-Client-Name."""
    try:
        query = dict(parse_qsl(request.query.decode("ascii"), True, errors="strict"))
        header = request.headers.get("X-Client-Name")
        given = query.get("cliente"), header and header.encode("latin-1").decode()
    except ValueError:
        raise bad_request("cliente (of the address or X-Client-Name): no UTF-8") from None
    return [one for one in given if one is not None]
