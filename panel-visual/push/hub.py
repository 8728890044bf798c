"""Everyone who watches, and the newest state as ready-made bytes."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import NoReturn

from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from push.access.admission import Admission, RefusedError
from push.access.limits import Limits
from push.access.origin_rule import OriginRule
from push.hub_and_viewer import Newest, ViewerSide
from push.viewer import Viewer

LOG = logging.getLogger("panel.push")
SLICE = 500  # viewers that are written to before others get a turn of the loop
ACCEPTS_PER_TURN = 64
WAITING_TO_BE_ACCEPTED = 4096


class Hub:
    """
    Gives every viewer the same bytes, encoded once.

    Only a viewer that has nothing unsent is `ready`, and only ready ones are told. Whoever was
    skipped takes what is newest when it has drained: nothing is kept or merged for it.
    """

    def __init__(
        self,
        rule: OriginRule,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits, self.clock = limits or Limits(), clock
        # In the order in which they, and their memory, came
        self.ready: dict[ViewerSide, None] = {}
        self.cuts: Counter[str] = Counter()
        self.closing = False
        self._all: set[ViewerSide] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._admission = Admission(rule, self.limits, clock)
        self._newest = Newest()

    def __len__(self) -> int:
        return len(self._all)

    async def publish(self, snapshot: bytes, change: bytes | None) -> None:
        """
        Give every ready viewer the newest state; return when it is in their sockets.

        *change* turns the snapshot published before into this one; None: there is no such.
        One caller only.
        """
        whole = text_frame(snapshot)
        step = whole if change is None else text_frame(change)
        self._newest = self._newest.with_state(step, whole)
        await self._tell_the_ready()

    async def beat(self, heartbeat: bytes) -> None:
        """Give every ready viewer a heartbeat. One caller only, which may differ from publish's."""
        self._newest = self._newest.with_heartbeat(text_frame(heartbeat))
        await self._tell_the_ready()

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

    def connected(self, viewer: ViewerSide) -> bool:
        self._all.add(viewer)
        self._empty.clear()
        return len(self._all) <= self.limits.viewers + self.limits.strangers

    def admit(self, request: Request, peer: str) -> str | None:
        if self.closing:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Restarting")
        return self._admission.admit(request, peer)

    def is_full(self) -> bool:
        return len(self._all) > self.limits.viewers

    def drained(self, viewer: ViewerSide) -> Newest:
        self.ready[viewer] = None
        return self._newest

    def stalled(self, viewer: ViewerSide) -> None:
        self.ready.pop(viewer, None)

    def cut(self, viewer: ViewerSide, why: str) -> None:
        self.cuts[why] += 1
        self.stalled(viewer)

    def disconnected(self, viewer: ViewerSide, address: str | None) -> None:
        self._all.discard(viewer)
        self.stalled(viewer)
        if not self._all:
            self._empty.set()
        if address is not None:
            self._admission.leave(address)

    # Within

    async def _tell_the_ready(self) -> None:
        ready = self.ready
        for i, viewer in enumerate(tuple(ready), 1):
            if viewer in ready:  # it may have left while others had their turn
                viewer.take(self._newest)
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
            viewer.dismiss()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.closing):
                await self._empty.wait()
        for viewer in tuple(self._all):
            viewer.kill("no close")
        await asyncio.sleep(0)  # asyncio closes the sockets in the next turn of its loop


def text_frame(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)
