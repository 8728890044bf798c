"""
Who holds a connection to the report, and who has to make room.

Anyone may open connections and then say nothing, or read nothing. So their number has a bound,
below what this process may open, and the one that has been idle longest gives its place away.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from hypercorn.config import Config, Sockets

from reporting.turned_away import has_left, refuse, spare_file

LOG = logging.getLogger("analiticas.http")
MOST_CONNECTIONS = 400
OTHER_FILES = 160  # may be open beside them: the store's, the broker's, libraries
OUT_OF_FILES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
SAY_AGAIN = 60.0  # seconds
REST = 0.5  # seconds
WAITING_TO_BE_ACCEPTED = 4096
ACCEPTS_PER_TURN = READS_PER_TURN = 2  # of the loop, which others share
TURNED_AWAY_PER_TURN = 64
MOST_CLOSING = 16  # that were cut, and of which the loop has yet to hear


def most_connections(files: int) -> int:
    """How many connections there may be where *files* files may be open."""
    return max(16, min(MOST_CONNECTIONS, files - OTHER_FILES))


Client = tuple[str, int]
"""The address of the other side."""


class Connection(socket.socket):
    """Knows whether its client waits for an answer, and since when nothing has come or gone."""

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
        data = super().recv(size, flags)
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


class Listener(socket.socket):
    """Accepts at most *most* connections; one more takes the place of the idlest, if any is."""

    def __init__(self, fileno: int, most: int = MOST_CONNECTIONS) -> None:
        super().__init__(fileno=fileno)
        self.most = most
        self.open: dict[Client, Connection] = {}
        self.closing = 0  # those that were cut and not closed yet
        self._reads = 0  # in this turn of the loop
        # Given up for a moment when no more files may be open: else nobody could be turned away,
        # and the loop would be told of the same connection without an end.
        self._spare = spare_file()
        self._said = self._rested = float("-inf")

    def listen(self, _: int = 0) -> None:
        """What asyncio calls backlog is both: how many wait, and how many it accepts in a turn."""
        super().listen(WAITING_TO_BE_ACCEPTED)

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError, which asyncio passes over, when none is to be served."""
        for _ in range(TURNED_AWAY_PER_TURN):
            plain, address = self._accept_any()
            if self._has_room():
                if not has_left(plain):
                    return Connection(plain.detach(), address[:2], self), address
                plain.close()
            else:
                refuse(plain)
        raise ConnectionAbortedError("others have their turn")

    def _accept_any(self) -> tuple[socket.socket, Any]:
        try:
            return super().accept()
        except OSError as error:
            if error.errno in OUT_OF_FILES:
                self._turn_away(error)
            raise

    def of(self, client: Sequence[Any]) -> Connection | None:
        """The connection from the address that an ASGI scope names."""
        return self.open.get((client[0], client[1]))

    def close(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
        super().close()

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
        min(idle, key=lambda one: (one.first, one.moved)).cut()
        return True

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


class BoundedConfig(Config):
    """Hypercorn's, for one listening socket that is given to it."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener
        self.backlog = ACCEPTS_PER_TURN
        self.h2_max_concurrent_streams = 1  # HTTP/2 too is one request a connection at a time

    def create_sockets(self) -> Sockets:
        return Sockets([], [self._listener], [])


def listen(host: str, port: int, most: int) -> Listener:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plain = socket.create_server((host, port), family=family, backlog=4096)
    listener = Listener(plain.detach(), most)
    listener.setblocking(False)
    return listener
