"""
Who holds a connection to the page, and who has to make room.

Anyone may open connections and then say nothing, or read nothing. So their number has a bound,
and the one that has been idle longest gives its place away.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hypercorn.config import Config, Sockets

from page.guarded_listener import GuardedListener

ACCEPTS_PER_TURN = READS_PER_TURN = 4  # of the loop, which others share
TURNED_AWAY_PER_TURN = 64
MOST_CLOSING = 16  # that were cut, and of which the loop has yet to hear
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: application/problem+json\r\nContent-Length: 108\r\n\r\n"
    b'{"type":"about:blank","title":"Service Unavailable","status":503,'
    b'"detail":"too many connections; try again"}'
)

Client = tuple[str, int]
"""The address of the other side."""


class Connection(socket.socket):
    """Knows whether its client waits for an answer, and since when nothing has come."""

    def __init__(self, fileno: int, client: Client, listener: PageListener) -> None:
        super().__init__(fileno=fileno)
        self._client, self._listener, self.answering = client, listener, 0
        self._cut = False
        self.moved = time.monotonic()
        listener.open[client] = self

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Raises BlockingIOError, after which asyncio asks again, when it is not its turn."""
        if not self._listener.may_read():
            raise BlockingIOError
        data = super().recv(size, flags)
        self.moved = time.monotonic()
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


class PageListener(GuardedListener):
    """Accepts at most *most* connections; one more takes the place of the idlest, if any is."""

    def __init__(self, fileno: int, most: int) -> None:
        super().__init__(fileno)
        self.most = most
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
                refuse(plain)
        raise ConnectionAbortedError("others have their turn")

    def of(self, client: Sequence[Any]) -> Connection | None:
        """The connection from the address that an ASGI scope names."""
        return self.open.get((client[0], client[1]))

    def may_read(self) -> bool:
        """A few in each turn of the loop, so that a crowd keeps nobody else from theirs."""
        if not self._reads:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._reads += 1
        return self._reads <= READS_PER_TURN

    def _next_turn(self) -> None:
        self._reads = 0

    def _has_room(self) -> bool:
        if len(self.open) < self.most:
            return True
        idle = [one for one in self.open.values() if not one.answering]
        if not idle or self.closing >= MOST_CLOSING:
            return False
        min(idle, key=lambda one: one.moved).cut()
        return True


def has_left(plain: socket.socket) -> bool:
    """Whether the client hung up while it waited to be accepted."""
    try:
        return not plain.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def refuse(plain: socket.socket) -> None:
    with plain, suppress(OSError):
        plain.setblocking(False)
        plain.send(REFUSAL)
        plain.shutdown(socket.SHUT_WR)
        plain.recv(65_536)  # what lies unread at the close may cost the client the answer


class PageConfig(Config):
    """Hypercorn's, for one listening socket that is given to it."""

    def __init__(self, listener: PageListener) -> None:
        super().__init__()
        self._listener = listener
        self.backlog = ACCEPTS_PER_TURN
        self.h2_max_concurrent_streams = 1  # HTTP/2 too is one request a connection at a time
        self.include_server_header = False

    def create_sockets(self) -> Sockets:
        return Sockets([], [self._listener], [])
