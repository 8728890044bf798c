"""A viewer that costs so little that thousands fit into one test."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from tests.push.viewer_model import ViewerModel

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"
)
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NO_CLOSE = 1006


@dataclass(frozen=True, slots=True)
class Way:
    """How viewers reach the panel: its own port, or Traefik's."""

    name: str
    port: int
    path: str

    def handshake(self, headers: str = "") -> bytes:
        """Return the request; *headers* are further lines, each with its CRLF."""
        return HANDSHAKE.format(path=self.path, port=self.port, headers=headers).encode()


def client_frame(opcode: int, payload: bytes = b"", first_bits: int = 0x80) -> bytes:
    """Return a masked frame (the mask is zero); *first_bits* are FIN and RSV."""
    size = len(payload)
    if size < 126:
        head = bytes((first_bits | opcode, 0x80 | size))
    elif size < 65_536:
        head = struct.pack("!BBH", first_bits | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first_bits | opcode, 0x80 | 127, size)
    return head + bytes(4) + payload


Changed = Callable[[int, int], None]  # the total before and now


class Connection(asyncio.Protocol):
    """One connection of a viewer. It answers pings and closes, as a browser does."""

    def __init__(self, way: Way, model: ViewerModel, changed: Changed | None = None) -> None:
        self.model, self._changed = model, changed
        self._request = way.handshake()
        self._buffer = b""
        self.status = 0  # of the answer to the handshake
        self.close_code = NO_CLOSE
        loop = asyncio.get_running_loop()
        self.began = loop.time()
        self.ended: asyncio.Future[None] = loop.create_future()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        if not self.status:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = data
                return
            self.status = int(head.split(b" ", 2)[1])
            if self.status != 101:
                self.transport.abort()
                return
            self.model.connected()
            data = rest
        self._buffer = self._frames(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    # What tests call

    @property
    def socket(self) -> socket.socket:
        return cast(socket.socket, self.transport.get_extra_info("socket"))

    @property
    def local_port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])

    # Within

    def _frames(self, data: bytes) -> bytes:
        """Take all whole frames; return what is left."""
        at, end = 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start > end or start + size > end:
                break
            self._frame(data[at] & 15, data[start : start + size])
            at = start + size
        return data[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            before = self.model.total
            self.model.receive(payload)
            if self._changed:
                self._changed(before, self.model.total)
        elif opcode == PING:
            self.transport.write(client_frame(PONG, payload))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big")
            self.transport.write(client_frame(CLOSE, payload[:2]))
            self.transport.close()


async def connect(way: Way, model: ViewerModel, changed: Changed | None = None) -> Connection:
    """Open a connection to this machine; the handshake goes on by itself."""
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: Connection(way, model, changed), "127.0.0.1", way.port
    )
    return connection
