"""Everyone who watches, and the newest state as ready-made bytes."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import NoReturn

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from push.admission import Admission, RefusedError
from push.limits import Limits
from push.origin_rule import OriginRule
from push.viewer import Viewer

LOG = logging.getLogger("panel.push")
SLICE = 500  # viewers that are written to before others get a turn of the loop
ACCEPTS_PER_TURN = 64
WAITING_TO_BE_ACCEPTED = 4096


class Hub:
    """
    Gives every viewer the same bytes, encoded once.

    Only a viewer that has nothing unsent is `ready`, and only ready ones are written to. Whoever
    was skipped gets the newest snapshot when it has drained: nothing is kept or merged for it.
    """

    def __init__(
        self,
        rule: OriginRule,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits, self.clock = limits or Limits(), clock
        self.ready: dict[Viewer, None] = {}  # in the order in which they, and their memory, came
        self.cuts: Counter[str] = Counter()
        self.closing = False
        self._all: set[Viewer] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._admission = Admission(rule, self.limits, clock)
        self._place = self._beat = 0  # how many states and heartbeats there were
        self._snapshot = self._heartbeat = b""  # the newest, as frames

    def __len__(self) -> int:
        return len(self._all)

    async def publish(self, snapshot: bytes, change: bytes | None) -> None:
        """
        Give every ready viewer the newest state; return when it is in their sockets.

        *change* turns the snapshot published before into this one; None: there is no such.
        One caller only.
        """
        previous, self._place = self._place, self._place + 1
        place, self._snapshot = self._place, text_frame(snapshot)
        full = self._snapshot
        frame = full if change is None else text_frame(change)

        def give(viewer: Viewer) -> None:
            if viewer.place != place:  # else it has caught up meanwhile
                send(viewer, frame if viewer.place == previous else full)
                viewer.place = place

        await self._each_ready(give)

    async def beat(self, heartbeat: bytes) -> None:
        """Give every ready viewer a heartbeat. One caller only, which may differ from publish's."""
        self._beat += 1
        beat, self._heartbeat = self._beat, text_frame(heartbeat)
        frame = self._heartbeat

        def give(viewer: Viewer) -> None:
            if viewer.beat != beat:
                send(viewer, frame)
                viewer.beat = beat

        await self._each_ready(give)

    async def serve(self, listener: socket.socket) -> NoReturn:
        """Run until cancelled; then every viewer gets 1012 and a moment to answer."""
        server = await asyncio.get_running_loop().create_server(
            lambda: Viewer(self), sock=listener, backlog=ACCEPTS_PER_TURN
        )
        # What asyncio calls backlog is both: how many wait, and how many it accepts in one turn.
        listener.listen(WAITING_TO_BE_ACCEPTED)
        try:
            await self._sweep()
        finally:
            self.closing = True
            server.close()
            await self._farewell()

    # What viewers call

    def connected(self, viewer: Viewer) -> None:
        self._all.add(viewer)
        self._empty.clear()
        if len(self._all) > self.limits.viewers + self.limits.strangers:
            viewer.kill("crowd")

    def disconnected(self, viewer: Viewer) -> None:
        self._all.discard(viewer)
        self.ready.pop(viewer, None)
        if not self._all:
            self._empty.set()
        if viewer.address is not None:
            self._admission.leave(viewer.address)

    def killed(self, viewer: Viewer, why: str) -> None:
        self.cuts[why] += 1
        self.ready.pop(viewer, None)

    def admit(self, viewer: Viewer, request: Request) -> str | None:
        if self.closing:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Restarting")
        peer = viewer.out.get_extra_info("peername")
        return self._admission.admit(request, peer[0] if peer else "")

    def is_full(self) -> bool:
        return len(self._all) > self.limits.viewers

    def catch_up(self, viewer: Viewer) -> None:
        """Take up a viewer that has nothing unsent: give it the newest of what it lacks."""
        self.ready[viewer] = None
        missing = b""
        if viewer.place != self._place:
            missing = self._snapshot
        if viewer.beat != self._beat:
            missing += self._heartbeat
        viewer.place, viewer.beat = self._place, self._beat
        if missing:
            viewer.out.write(missing)

    # Within

    async def _each_ready(self, give: Callable[[Viewer], None]) -> None:
        for i, viewer in enumerate(tuple(self.ready), 1):
            if viewer in self.ready:  # it may have left while others had their turn
                give(viewer)
            if i % SLICE == 0:
                await asyncio.sleep(0)

    async def _sweep(self) -> NoReturn:
        while True:
            await asyncio.sleep(self.limits.sweep)
            now = self.clock()
            for i, viewer in enumerate(tuple(self._all), 1):
                if viewer in self._all:
                    viewer.look_after(now)
                if i % SLICE == 0:
                    await asyncio.sleep(0)

    async def _farewell(self) -> None:
        for viewer in tuple(self._all):
            if viewer.ws.state is State.OPEN:
                viewer.close(CloseCode.SERVICE_RESTART, "restarting")
            elif viewer.ws.state is State.CONNECTING:
                viewer.kill("stopping")
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.closing):
                await self._empty.wait()
        for viewer in tuple(self._all):
            viewer.kill("no close")
        await asyncio.sleep(0)  # asyncio closes the sockets in the next turn of its loop


def send(viewer: Viewer, frame: bytes) -> None:
    """Write to a viewer that has nothing unsent: past the transport, at two thirds of its cost."""
    try:
        sent = os.write(viewer.fd, frame)
    except OSError:  # full or gone: the transport will find out which
        sent = 0
    if sent < len(frame):
        viewer.out.write(frame[sent:])


def text_frame(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)
