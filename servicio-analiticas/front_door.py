"""What every request to the report passes first: whose name it asks for, and when its turn is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

from known_hosts import KnownHosts, refusal
from report_connections import Listener
from turned_away import come_again_in
from turnstile import Turnstile

HEALTH = {"/livez", "/readyz"}
URGENT = "u=0"  # RFC 9218; the panel's. The proxy takes it from strangers' requests
MOST_FIRST = 64
KEPT_FREE = 5  # one in so many connections is no place for others' requests
READ_WITHIN = 10.0  # seconds, for a client to read a part of its answer

# Of ASGI: what a request is, where its body comes from, where its answer goes
Scope: TypeAlias = Any
Receive: TypeAlias = Any
Send: TypeAlias = Any
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class FrontDoor:
    """An ASGI application around another, which learns by `comes_first` who goes before others."""

    def __init__(
        self, app: App, listener: Listener, hosts: KnownHosts, turnstile: Turnstile
    ) -> None:
        self._app, self._listener, self._hosts, self._turnstile = app, listener, hosts, turnstile
        self._inside = {True: 0, False: 0}
        self._most = {True: MOST_FIRST, False: listener.most - listener.most // KEPT_FREE}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = values(scope, b"host")
        first = URGENT in values(scope, b"priority") and self._has_room(first=True)
        if not self._hosts.accepts(hosts):
            await answer(scope, send, HTTPStatus.MISDIRECTED_REQUEST, refusal(hosts))
        elif scope["type"] == "lifespan" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
        elif not self._has_room(first):
            busy = "too many requests at once; try again"
            await answer(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, busy)
        else:
            with self._held(scope, first):
                await self._let_in(scope, receive, send, first)

    def _has_room(self, first: bool) -> bool:
        return self._inside[first] < self._most[first]

    @contextmanager
    def _held(self, scope: Scope, first: bool) -> Iterator[None]:
        """The request's connection gives its place to nobody meanwhile."""
        connection = self._listener.of(scope["client"] or ("", 0))
        self._inside[first] += 1
        if connection:
            connection.answering += 1
            connection.first = first
        try:
            yield
        finally:
            self._inside[first] -= 1
            if connection:
                connection.answering -= 1

    async def _let_in(self, scope: Scope, receive: Receive, send: Send, first: bool) -> None:
        """Let it be answered in its turn; who does not read that is cut."""
        scope["pulso.first"], late = first, False
        connection = self._listener.of(scope["client"] or ("", 0))
        if not first:
            await self._turnstile.enter(lambda: connection is not None and connection.gone)
            if connection and connection.gone:
                return

        async def send_in_time(event: Any) -> None:
            nonlocal late
            try:
                async with asyncio.timeout(READ_WITHIN):
                    await send(event)
            except TimeoutError:
                late = True
                raise

        try:
            await self._app(scope, receive, send_in_time)
        except TimeoutError:
            if not late:
                raise
            if connection:
                connection.cut()


def comes_first(scope: Any) -> bool:
    return bool(scope.get("pulso.first"))


def values(scope: Scope, name: bytes) -> list[str]:
    headers = scope.get("headers", ())
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


async def answer(scope: Scope, send: Send, status: HTTPStatus, detail: str) -> None:
    """A problem (RFC 9457), and the end of the connection."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    body = msgspec.json.encode(problem)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(come_again_in()).encode()))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
