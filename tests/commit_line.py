"""The line between a store and its server, cut at a COMMIT."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

COMMIT = b"COMMIT\x00"
Cut = Literal["before", "after", "frozen", None]
"""The server never gets it; the server's answer is lost; the line says nothing any more."""


class CommitLine:
    """
    Passes everything on to whatever listens on `server_port` when a client comes.

    `next_commit` says what becomes of the next one, once.
    """

    def __init__(self, port: int) -> None:
        self.server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.next_commit: Cut = None
        self.connections = 0
        self._frozen: list[socket.socket] = []

    def run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                self._pass_on(client)

    def _pass_on(self, client: socket.socket) -> None:
        """A client of a server that is away sees its connection end, and may try again."""
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:
            _close(client)
            return
        pair = _Pair(self, client, server)
        for way in (pair.forth, pair.back):
            threading.Thread(target=way, daemon=True).start()

    def keep_open(self, *ends: socket.socket) -> None:
        self._frozen += ends

    def close(self) -> None:
        _close(self._listener, *self._frozen)


class _Pair:
    def __init__(self, line: CommitLine, client: socket.socket, server: socket.socket) -> None:
        self._line, self._client, self._server = line, client, server
        self._answers_are_lost = False
        self._is_frozen = False

    def forth(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(65536):
                cut = self._line.next_commit if COMMIT in data else None
                if cut:
                    self._line.next_commit = None
                self._answers_are_lost = cut == "after"
                if cut == "frozen":
                    self._is_frozen = True
                    self._line.keep_open(self._client, self._server)
                    return
                if cut == "before":
                    break
                self._server.sendall(data)
        if not self._answers_are_lost:
            _close(self._client, self._server)

    def back(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self._answers_are_lost:
                    break
                self._client.sendall(data)
        if not self._is_frozen:
            _close(self._client, self._server)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def commit_line(port: int) -> Iterator[CommitLine]:
    """A line to the server that listens on *port* of this machine."""
    line = CommitLine(port)
    thread = threading.Thread(target=line.run, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.close()
        thread.join(5)
