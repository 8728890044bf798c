"""
How many clients hold a connection, and how much of each waits to be read.

A body that nobody reads yet lies in the kernel, in asyncio and in Hypercorn. Each connection has
its price, whatever its request is answered, so their number has a bound too.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from hypercorn.config import Config, Sockets

from intake.access.problem import unavailable

LOG = logging.getLogger("entrada.http")
MOST_CONNECTIONS = 512
OTHER_FILES = 160  # may be open beside them: the broker's, bodies on the disk, libraries
OUT_OF_FILES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
SAY_AGAIN = 60.0  # seconds
REST = 0.5  # seconds
WAITING_TO_BE_ACCEPTED = 4096
ACCEPTS_PER_TURN = 32
REFUSALS_PER_TURN = 64
KERNEL_BYTES = 64 * 1024  # of a connection; the system's own limit is some MB
READ_BYTES = 32 * 1024  # at a time; asyncio asks for 256 KB


Client = tuple[str, int]
"""The address of the other side."""


class Listener(socket.socket):
    """
    Accepts connections up to a bound; one more takes the place of the idlest.

    When each has a request to be answered, one more is answered at once, unread, and closed.
    """

    def __init__(self, *, fileno: int, most: int = MOST_CONNECTIONS) -> None:
        super().__init__(fileno=fileno)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)  # accepted ones too
        self._open: dict[Client, Connection] = {}
        self._refusal, self._most = refusal(), most
        # Given up for a moment when no more files may be open: else nobody could be turned away,
        # and the loop would be told of the same connection without an end.
        self._spare = spare_file()
        self._said = self._rested = float("-inf")

    def listen(self, _: int = 0) -> None:
        """What asyncio calls backlog is both: how many wait, and how many it accepts in a turn."""
        super().listen(WAITING_TO_BE_ACCEPTED)

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError, which asyncio passes over, for one too many."""
        try:
            plain, address = super().accept()
        except OSError as error:
            if error.errno in OUT_OF_FILES:
                self._turn_away(error)
            raise
        if len(self._open) < self._most or self._make_room():
            return Connection(plain.detach(), address[:2], self._open), address
        self._refuse(plain)
        self._refuse_others()
        raise ConnectionAbortedError(f"{self._most} connections are open")

    def of(self, client: Sequence[Any]) -> Connection | None:
        """The connection from the address that an ASGI scope names."""
        return self._open.get((client[0], client[1]))

    def _make_room(self) -> bool:
        idle = [one for one in self._open.values() if not one.answering]
        if idle:
            min(idle, key=lambda one: one.moved).cut()
        return bool(idle)

    def close(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
        super().close()

    def _turn_away(self, error: OSError) -> NoReturn:
        now = time.monotonic()
        if now - self._said > SAY_AGAIN:
            self._said = now
            LOG.error("connections are turned away: %s (see ulimit -n)", error.strerror)
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
            with suppress(OSError):
                super().accept()[0].close()
        self._spare = spare_file()
        if self._spare is None and now - self._rested > REST:
            self._rested = now
            raise error  # asyncio then looks away for a second
        raise ConnectionAbortedError(error.strerror) from error

    def _refuse_others(self) -> None:
        """At once, since asyncio takes no more in this turn of the loop: or they would pile up."""
        with suppress(OSError):
            for _ in range(REFUSALS_PER_TURN):
                self._refuse(super().accept()[0])

    def _refuse(self, plain: socket.socket) -> None:
        with plain, suppress(OSError):
            plain.setblocking(False)
            plain.send(self._refusal)
            plain.shutdown(socket.SHUT_WR)
            plain.recv(READ_BYTES)  # what lies unread at the close may cost the client the answer


class Connection(socket.socket):
    """Knows whether its client waits for an answer, and since when nothing has come."""

    def __init__(self, fileno: int, client: Client, among: dict[Client, Connection]) -> None:
        super().__init__(fileno=fileno)
        self._client, self._among, self.answering = client, among, 0
        self.moved = time.monotonic()
        among[client] = self

    def recv(self, size: int, flags: int = 0) -> bytes:
        data = super().recv(min(size, READ_BYTES), flags)
        self.moved = time.monotonic()
        return data

    def close(self) -> None:
        self._leave()
        super().close()

    def cut(self) -> None:
        """Let asyncio find it closed by the other side."""
        self._leave()
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def _leave(self) -> None:
        if self._among.get(self._client) is self:
            del self._among[self._client]


class BoundedConfig(Config):
    """Hypercorn's, for one listening socket that is given to it."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener
        self.backlog = ACCEPTS_PER_TURN
        self.include_server_header = False
        # Of an unread body; Hypercorn's 10 hold 640 KB
        self.max_app_queue_size = 2
        # Without encryption, too, a client may speak HTTP/2: then let it be as one connection each
        self.h2_max_concurrent_streams = 1

    def create_sockets(self) -> Sockets:
        self._listener.setblocking(False)
        return Sockets([], [self._listener], [])


def most_connections(files: int) -> int:
    """How many connections there may be where *files* files may be open."""
    return max(16, min(MOST_CONNECTIONS, files - OTHER_FILES))


def spare_file() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None


def refusal() -> bytes:
    """An answer as it goes out, for who asked nothing yet."""
    problem = unavailable("too many connections at once; this attempt took nothing, try again")
    body = problem.body()
    fields = {
        **problem.headers,
        "Content-Type": "application/problem+json",
        "Content-Length": len(body),
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 503 {problem.status.phrase}\r\n{lines}\r\n".encode() + body
