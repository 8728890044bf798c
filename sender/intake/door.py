"""What every request to the intake passes first: whose name it asks for, and that it reads on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeAlias

from comun.known_hosts import KnownHosts, refusal
from intake.access.problem import ProblemError
from intake.connections import Listener

READ_WITHIN = 10.0  # seconds, for a client to read a part of its answer

# Of ASGI: what a request is, where its body comes from, where its answer goes
Scope: TypeAlias = Any
Receive: TypeAlias = Any
Send: TypeAlias = Any
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class IntakeDoor:
    """An ASGI application around another."""

    def __init__(self, app: App, listener: Listener, hosts: KnownHosts) -> None:
        self._app, self._listener, self._hosts = app, listener, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope.get("headers", ())
        hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
        if self._hosts.accepts(hosts):
            with self._held(scope):
                await self._let_in(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await answer(send, HTTPStatus.MISDIRECTED_REQUEST, refusal(hosts))

    @contextmanager
    def _held(self, scope: Scope) -> Iterator[None]:
        """The request's connection gives its place to nobody meanwhile."""
        connection = self._listener.of(scope.get("client") or ("", 0))
        if connection is None:
            yield
            return
        connection.answering += 1
        try:
            yield
        finally:
            connection.answering -= 1

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who does not read its answer is cut."""
        late = False

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
            if connection := self._listener.of(scope["client"] or ("", 0)):
                connection.cut()


async def answer(send: Send, status: HTTPStatus, detail: str) -> None:
    """A problem (RFC 9457), and the end of the connection."""
    body = ProblemError(status, detail).body()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
