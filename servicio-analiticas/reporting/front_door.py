"""Whose turn it is to ask the report: first who shows it to all, then the others, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from comun.web.connections import Connection, Listener
from comun.web.door import App, Receive, Scope, Send, values
from comun.web.problem import answer
from reporting.turnstile import Turnstile

HEALTH = {"/livez", "/readyz"}
URGENT = "u=0"  # RFC 9218; the panel's. The proxy takes it from strangers' requests
MOST_FIRST = 64
KEPT_FREE = 5  # one in so many connections is no place for others' requests


class FrontDoor:
    """An ASGI application around another, which learns by `comes_first` who goes before others."""

    def __init__(self, app: App, listener: Listener, turnstile: Turnstile) -> None:
        self._app, self._listener, self._turnstile = app, listener, turnstile
        most = listener.bounds.connections
        self._inside = {True: 0, False: 0}
        self._most = {True: MOST_FIRST, False: most - most // KEPT_FREE}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        first = URGENT in values(scope, b"priority") and self._has_room(first=True)
        if not self._has_room(first):
            busy = "too many requests at once; try again"
            await answer(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, busy)
            return
        connection = self._listener.of(scope["client"] or ("", 0))
        with self._counted(connection, first):
            if await self._has_its_turn(connection, first):
                scope["pulso.first"] = first
                await self._app(scope, receive, send)

    def _has_room(self, first: bool) -> bool:
        return self._inside[first] < self._most[first]

    @contextmanager
    def _counted(self, connection: Connection | None, first: bool) -> Iterator[None]:
        self._inside[first] += 1
        if connection:
            connection.first = first
        try:
            yield
        finally:
            self._inside[first] -= 1

    async def _has_its_turn(self, connection: Connection | None, first: bool) -> bool:
        """Wait for it; return whether anyone is still there to be answered."""
        if first:
            return True
        await self._turnstile.enter(lambda: connection is not None and connection.gone)
        return connection is None or not connection.gone


def comes_first(scope: Any) -> bool:
    return bool(scope.get("pulso.first"))
