"""
How many clients hold a connection, and how much of each waits to be read.

A body that nobody reads yet lies in the kernel, in asyncio and in Hypercorn. Each connection has
its price, whatever its request is answered, so their number has a bound too.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from hypercorn.config import Config, Sockets

from intake_problem import unavailable

MOST_CONNECTIONS = 512
KERNEL_BYTES = 64 * 1024  # of a connection; the system's own limit is some MB
READ_BYTES = 32 * 1024  # at a time; asyncio asks for 256 KB


class Listener(socket.socket):
    """Answers connections beyond the bound at once, unread, and closes them."""

    def __init__(self, *, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)  # accepted ones too
        self._open: WeakSet[Connection] = WeakSet()
        self._refusal = refusal()

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError, which asyncio passes over, for one too many."""
        plain, address = super().accept()
        if len(self._open) >= MOST_CONNECTIONS:
            self._refuse(plain)
            raise ConnectionAbortedError(f"{MOST_CONNECTIONS} connections are open")
        connection = Connection(plain.detach(), self._open)
        self._open.add(connection)
        return connection, address

    def _refuse(self, plain: socket.socket) -> None:
        with plain, suppress(OSError):
            plain.setblocking(False)
            plain.send(self._refusal)
            plain.shutdown(socket.SHUT_WR)
            plain.recv(READ_BYTES)  # what lies unread at the close may cost the client the answer


class Connection(socket.socket):
    def __init__(self, fileno: int, among: WeakSet[Connection]) -> None:
        super().__init__(fileno=fileno)
        self._among = among

    def recv(self, size: int, flags: int = 0) -> bytes:
        return super().recv(min(size, READ_BYTES), flags)

    def close(self) -> None:
        self._among.discard(self)
        super().close()


class BoundedConfig(Config):
    """Hypercorn's, for one listening socket that is given to it."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__()
        self._listener = listener
        # Of an unread body; Hypercorn's 10 hold 640 KB
        self.max_app_queue_size = 2
        # Without encryption, too, a client may speak HTTP/2: then let it be as one connection each
        self.h2_max_concurrent_streams = 1

    def create_sockets(self) -> Sockets:
        bounded = Listener(fileno=self._listener.detach())
        bounded.setblocking(False)
        return Sockets([], [bounded], [])


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
