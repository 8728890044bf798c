"""
Who holds a connection to a service, and who has to make room.

Anyone may open connections and then say nothing, or read nothing. So their number has a bound,
below what this process may open, and the one that has been idle longest gives its place away.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from comun.web.guarded_listener import GuardedListener
from comun.web.problem import come_again_in, raw_answer
from comun.web.turned_away import has_left, refuse

TURNED_AWAY_PER_TURN = 64
MOST_CLOSING = 16  # that were cut, and of which the loop has yet to hear
LARGEST_READ = 256 * 1024  # bytes; asyncio asks for no more

Client = tuple[str, int]
"""The address of the other side."""


def too_many() -> bytes:
    detail = "too many connections; try again"
    return raw_answer(HTTPStatus.SERVICE_UNAVAILABLE, detail, come_again_in())


@dataclass(frozen=True, slots=True)
class Bounds:
    """What clients may hold, and how much of a turn of the loop, which others share."""

    connections: int
    accepts: int  # in a turn
    reads: int | None = None  # in a turn; None: no bound
    read_bytes: int = LARGEST_READ  # at a time
    kernel_bytes: int | None = None  # of a connection; the system's own limit is some MB
    refusal: Callable[[], bytes] = too_many


class Connection(socket.socket):
    """Knows whether its client waits for an answer, and since when nothing has come."""

    def __init__(self, fileno: int, client: Client, listener: Listener) -> None:
        super().__init__(fileno=fileno)
        self._client, self._listener, self.answering = client, listener, 0
        self._cut = self.gone = False
        self.moved = time.monotonic()
        self.first = False  # whether it belongs to who goes before others
        listener.open[client] = self

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Raises BlockingIOError, after which asyncio asks again, when it is not its turn."""
        if not self.first and not self._listener.may_read():
            raise BlockingIOError
        data = super().recv(min(size, self._listener.bounds.read_bytes), flags)
        self.moved, self.gone = time.monotonic(), not data
        return data

    def close(self) -> None:
        self._leave()
        self._listener.closing -= self._cut
        self._cut = False
        super().close()

    def cut(self) -> None:
        """Let asyncio find it closed by the other side."""
        self._leave()
        self._listener.closing += not self._cut
        self._cut = True
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def _leave(self) -> None:
        if self._listener.open.get(self._client) is self:
            del self._listener.open[self._client]


class Listener(GuardedListener):
    """
    Accepts connections up to a bound; one more takes the place of the idlest.

    When each has a request to be answered, one more is answered at once, unread, and closed.
    """

    def __init__(self, fileno: int, bounds: Bounds, log: logging.Logger) -> None:
        super().__init__(fileno, log)
        if bounds.kernel_bytes:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, bounds.kernel_bytes)  # theirs too
        self.bounds = bounds
        self.open: dict[Client, Connection] = {}
        self.closing = 0  # those that were cut and not closed yet
        self._reads = 0  # in this turn of the loop

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError, which asyncio passes over, when none is to be served."""
        for _ in range(TURNED_AWAY_PER_TURN):
            plain, address = super().accept()
            if self._has_room():
                if not has_left(plain):
                    return Connection(plain.detach(), address[:2], self), address
                plain.close()
            else:
                refuse(plain, self.bounds.refusal())
        raise ConnectionAbortedError("others have their turn")

    def of(self, client: Sequence[Any]) -> Connection | None:
        """The connection from the address that an ASGI scope names."""
        return self.open.get((client[0], client[1]))

    def may_read(self) -> bool:
        """A few in each turn of the loop, so that a crowd keeps nobody else from theirs."""
        if self.bounds.reads is None:
            return True
        if not self._reads:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._reads += 1
        return self._reads <= self.bounds.reads

    def _next_turn(self) -> None:
        self._reads = 0

    def _has_room(self) -> bool:
        if len(self.open) < self.bounds.connections:
            return True
        idle = [one for one in self.open.values() if not one.answering]
        if not idle or self.closing >= MOST_CLOSING:
            return False
        min(idle, key=lambda one: (one.first, one.moved)).cut()
        return True


def listening(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=4096)
