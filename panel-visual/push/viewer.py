"""One viewer's connection: an asyncio protocol around the library's sans-I/O WebSocket."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from typing import cast

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from push.access.admission import RefusedError
from push.hub_and_viewer import HubSide, Newest
from push.viewer_socket import end_stream, peer_of, reset

DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
TOO_SLOW = 4008
LIBRARY_LOG = logging.getLogger("panel.websocket")  # one line a connection at INFO: kept silent
LIBRARY_LOG.setLevel(logging.WARNING)


class Viewer(asyncio.Protocol):
    """
    Has no task, no queue and no timer of its own: the hub tells it what is new, and when to look
    after itself. It owes us something by `due` (its handshake, a pong, its end of a close), or
    owes nothing and `due` is the time of the next ping.
    """

    __slots__ = (
        "address",
        "behind_since",
        "due",
        "fd",
        "has",
        "hub",
        "leaving",
        "out",
        "owes",
        "quota",
        "ws",
    )

    def __init__(self, hub: HubSide) -> None:
        self.hub = hub
        self.ws = ServerProtocol(max_size=hub.limits.message_bytes, logger=LIBRARY_LOG)
        self.has = -1  # the number of the newest that it was given
        self.behind_since: float | None = None  # something is unsent since then
        self.owes, self.due = True, hub.clock() + hub.limits.opening
        self.quota = hub.limits.handshake_bytes  # how much it may still send
        self.leaving = False
        self.address: str | None = None  # where it counts as a viewer, if that is counted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out = cast(asyncio.Transport, transport)
        self.fd: int = self.out.get_extra_info("socket").fileno()  # for as long as it is connected
        # At 0, pause_writing and resume_writing mean that something, or nothing, is unsent.
        self.out.set_write_buffer_limits(0)
        if not self.hub.connected(self):
            self.kill("crowd")

    def data_received(self, data: bytes) -> None:
        self.quota -= len(data)
        if self.quota < 0:
            self.kill("flood")
            return
        opening = self.ws.state is State.CONNECTING
        self.ws.receive_data(data)
        events = self.ws.events_received()
        if opening:
            self._open(events)
        else:
            for event in events:
                self._heard(event)
        self._flush()

    def eof_received(self) -> None:
        self.ws.receive_eof()
        self._leave()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.hub.disconnected(self, self.address)

    def pause_writing(self) -> None:
        self.behind_since = self.hub.clock()
        self.hub.stalled(self)

    def resume_writing(self) -> None:
        self.behind_since = None
        if self.ws.state is State.OPEN:
            self.take(self.hub.drained(self))

    # What the hub calls

    def take(self, newest: Newest) -> None:
        has, number = self.has, newest.number
        if has == number:
            return
        self.has = number
        frames = newest.step if has + 1 == number else newest.since(has)
        try:  # past the transport, which has nothing unsent: at two thirds of its cost
            sent = os.write(self.fd, frames)
        except OSError:  # full or gone: the transport will find out which
            sent = 0
        if sent < len(frames):
            self.out.write(frames[sent:])

    def look_after(self, now: float) -> None:
        limits = self.hub.limits
        if self.owes and now > self.due:
            self._overdue()
        elif self.behind_since is not None:
            if now - self.behind_since > limits.behind:
                self.close(TOO_SLOW, "too slow")
        elif not self.owes and now > self.due:
            self.owes, self.due = True, now + limits.pong
            self.quota = limits.bytes_between_pings
            self.ws.send_ping(b"")
            self._flush()

    def dismiss(self) -> None:
        if self.ws.state is State.CONNECTING:
            self.kill("stopping")
        else:
            self.close(CloseCode.SERVICE_RESTART, "restarting")

    def kill(self, why: str) -> None:
        self.hub.cut(self, why)
        reset(self.out)

    # Within

    def close(self, code: int, reason: str) -> None:
        """Say goodbye; `look_after` ends what does not answer."""
        if self.ws.state is State.OPEN:
            if code == TOO_SLOW:
                self.hub.cut(self, reason)
            self.ws.send_close(code, reason)
            self._flush()

    def _open(self, events: list[Event]) -> None:
        if not events:
            return  # more of the request is to come, or it was none and the library says goodbye
        if len(events) > 1 or self.ws.close_expected():
            self.kill("early data")  # the library reads on, as if the handshake were over
            return
        request = cast(Request, events[0])
        try:
            self.address = self.hub.admit(request, peer_of(self.out))
            response = self.ws.accept(request)
        except RefusedError as refused:
            response = refused.answer(self.ws)
        self.ws.send_response(response)
        request.headers.clear()  # the parser keeps the request, which is 3 to 6 KB a viewer
        self._flush()
        if self.ws.state is State.OPEN:
            self._opened()

    def _opened(self) -> None:
        limits = self.hub.limits
        self.quota = limits.bytes_between_pings
        # A random phase, so that those who came together are not pinged together.
        self.owes, self.due = False, self.hub.clock() + limits.ping * random.random()  # noqa: S311
        if self.hub.is_full():
            self.close(CloseCode.TRY_AGAIN_LATER, "full")
        elif self.behind_since is None:
            self.take(self.hub.drained(self))

    def _heard(self, event: Event) -> None:
        frame = cast(Frame, event)
        if frame.opcode is Opcode.PONG and not self.leaving:
            self.owes, self.due = False, self.hub.clock() + self.hub.limits.ping
        elif frame.opcode in DATA and self.ws.state is State.OPEN:
            self.ws.fail(CloseCode.POLICY_VIOLATION, "viewers send nothing")

    def _flush(self) -> None:
        # First of all: a write after the end of the stream raises, in whatever loop does it.
        if self.ws.close_expected():
            self._leave()
        for data in self.ws.data_to_send():
            if data:
                self.out.write(data)
            else:
                end_stream(self.out)

    def _leave(self) -> None:
        self.hub.stalled(self)
        if not self.leaving:
            self.leaving = self.owes = True
            self.due = self.hub.clock() + self.hub.limits.closing

    def _overdue(self) -> None:
        if self.ws.state is State.OPEN and not self.leaving:
            self.close(TOO_SLOW, "no pong")
        else:
            self.kill("no close" if self.leaving else "no handshake")
