"""A viewer that costs a few microseconds a push, so that a thousand fit into a process."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import cast

from carga.viewers.coming_back import NO_CLOSE
from carga.viewers.push_chain import BrokenPromiseError, Push, PushChain
from carga.viewers.stamped_socket import StampedSocket

BUFFER = 256 * 1024
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n"
)


class Shared:
    """
    What all viewers of a process have in common.

    One buffer is enough: what one viewer reads is worked off before the next one reads.
    """

    def __init__(self, chain: PushChain, clock: Callable[[float], int]) -> None:
        self.chain, self.clock = chain, clock
        self.bytes = bytearray(BUFFER)
        self.view = memoryview(self.bytes)
        self.frames = 0
        self.complaints: list[str] = []


class LoadViewer(asyncio.BufferedProtocol):
    """
    One connection, by *sock*. *at* is what the viewer showed before it, None for a new viewer.
    """

    __slots__ = (
        "_rest",
        "_shared",
        "_socket",
        "at",
        "close_code",
        "ended",
        "heard",
        "shows",
        "status",
        "transport",
        "welcomed",
    )

    def __init__(self, shared: Shared, sock: StampedSocket, at: Push | None) -> None:
        self._shared, self._socket, self.at = shared, sock, at
        self._rest = b""
        self.shows = False  # whether a snapshot came on this connection
        self.close_code = NO_CLOSE
        loop = asyncio.get_running_loop()
        self.heard = loop.time()
        self.welcomed: asyncio.Future[None] = loop.create_future()  # or turned away
        self.ended: asyncio.Future[None] = loop.create_future()
        self.status = 0  # of the answer to the handshake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, host: str, path: str, login: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        more = f"Authorization: {login}\r\n" if login else ""
        self.transport.write(REQUEST.format(host=host, path=path, key=key, more=more).encode())

    def get_buffer(self, sizehint: int) -> memoryview:
        kept = len(self._rest)
        self._shared.bytes[:kept] = self._rest
        return self._shared.view[kept:]

    def buffer_updated(self, nbytes: int) -> None:
        self.heard = asyncio.get_running_loop().time()
        end = len(self._rest) + nbytes
        at = self._take_frames(0, end) if self.status else self._take_answer(end)
        self._rest = bytes(self._shared.view[at:end])

    def connection_lost(self, exc: Exception | None) -> None:
        for each in (self.welcomed, self.ended):
            if not each.done():
                each.set_result(None)

    def _take_answer(self, end: int) -> int:
        """Take the answer to the handshake, and whatever frames came along with it."""
        size = self._shared.bytes.find(b"\r\n\r\n", 0, end)
        if size < 0:
            return 0
        self.status = int(self._shared.bytes[:size].split(b" ", 2)[1])
        if self.status != 101:
            self.transport.abort()
            return end
        return self._take_frames(size + 4, end)

    def _take_frames(self, start: int, end: int) -> int:
        """Take all whole frames of the buffer; return where the rest begins."""
        shared = self._shared
        tick = shared.clock(self._socket.waited)
        while start < end:
            step = self.at.next if self.at and self.shows else None
            # The usual case: the bytes that others were sent are compared, not parsed.
            if step and start + len(step.wire) <= end and shared.bytes.startswith(step.wire, start):
                self.at = step
                step.arrivals[tick] = step.arrivals.get(tick, 0) + 1
                shared.frames += 1
                start += len(step.wire)
                continue
            stop = self._take_frame(start, end, tick)
            if stop == start:
                break
            start = stop
        return start

    def _take_frame(self, start: int, end: int, tick: int) -> int:
        data = self._shared.bytes
        if end - start < 2:
            return start
        size, body = data[start + 1], start + 2
        if size == 126:
            size, body = int.from_bytes(data[start + 2 : start + 4], "big"), start + 4
        elif size == 127:
            size, body = int.from_bytes(data[start + 2 : start + 10], "big"), start + 10
        stop = body + size
        if stop > end:
            return start
        opcode, payload = data[start] & 15, bytes(data[body:stop])
        if opcode == TEXT:
            self._message(payload, bytes(data[start:stop]), tick)
        elif opcode == PING:
            self.transport.write(_masked(PONG, payload))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") or NO_CLOSE
            self.transport.write(_masked(CLOSE, payload[:2]))
            self.transport.close()
        return stop

    def _message(self, payload: bytes, wire: bytes, tick: int) -> None:
        shared = self._shared
        shared.frames += 1
        if shared.chain.is_heartbeat(wire):
            return
        try:
            push = shared.chain.follow(self.at if self.shows else None, payload, wire)
            self._show(push, tick)
        except (BrokenPromiseError, ValueError) as error:
            shared.complaints.append(str(error)[:200])
            self.transport.abort()  # and come back for a snapshot, as docs/websocket.md asks

    def _show(self, push: Push | None, tick: int) -> None:
        before, self.at = self.at, push
        if push is None:
            return
        self.shows = True
        if not self.welcomed.done():
            self.welcomed.set_result(None)
        if before is None or before is push or before.epoca != push.epoca:
            return
        if before.version > push.version:
            raise BrokenPromiseError(f"{before.version} was followed by {push.version}")
        step = before.next
        while step:  # whatever was skipped became visible now, too
            step.arrivals[tick] = step.arrivals.get(tick, 0) + 1
            step = None if step is push else step.next


def _masked(opcode: int, payload: bytes) -> bytes:
    """Return a frame whose mask is zero: there is no cache to protect on this machine."""
    return struct.pack("!BB4x", 0x80 | opcode, 0x80 | len(payload)) + payload
