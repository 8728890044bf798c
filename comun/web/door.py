"""What every request over HTTP passes first: how and whose name it asks, and that it reads on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeAlias

from comun.web.connections import Connection, Listener
from comun.web.known_hosts import KnownHosts, refusal
from comun.web.problem import answer
from comun.web.request_target import in_origin_form, is_spoken

UNSPOKEN = "HTTP/1.1 is spoken here, and no other major version"
READ_WITHIN = 10.0  # seconds, for a client to read a part of its answer

# Of ASGI: what a request is, where its body comes from, where its answer goes
Scope: TypeAlias = Any
Receive: TypeAlias = Any
Send: TypeAlias = Any
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Door:
    """An ASGI application around another."""

    def __init__(self, app: App, listener: Listener, hosts: KnownHosts) -> None:
        self._app, self._listener, self._hosts = app, listener, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_spoken(scope):
            await answer(scope, send, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, UNSPOKEN)
            return
        scope = in_origin_form(scope)
        hosts = values(scope, b"host")
        if not self._hosts.accepts(hosts):
            await answer(scope, send, HTTPStatus.MISDIRECTED_REQUEST, refusal(hosts))
            return
        connection = self._listener.of(scope.get("client") or ("", 0))
        with _held(connection):
            await self._let_in(scope, receive, send, connection)

    async def _let_in(
        self, scope: Scope, receive: Receive, send: Send, connection: Connection | None
    ) -> None:
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
            if connection:
                connection.cut()


@contextmanager
def _held(connection: Connection | None) -> Iterator[None]:
    """A connection whose request is being answered gives its place to nobody."""
    if connection is None:
        yield
        return
    connection.answering += 1
    try:
        yield
    finally:
        connection.answering -= 1


def values(scope: Scope, name: bytes) -> list[str]:
    """What the headers called *name* say."""
    headers = scope.get("headers", ())
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]
