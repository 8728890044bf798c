"""A moment that chance hits only in long runs: the peer resets while it is told goodbye."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from push.access.origin_rule import OriginRule
from push.hub import Hub
from push.listening_socket import listen
from push.viewer import Viewer
from tests.push.audience import Audience, until
from tests.push.raw_viewer import CLOSE, Way, client_frame


async def test_a_reset_between_close_and_end_ends_only_that_viewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel refuses our end of the stream, and the next push goes to all others."""
    hub = Hub(OriginRule(8080))
    listener = listen("127.0.0.1", 0)
    way = Way("in process", listener.getsockname()[1], "/ws")
    serving = asyncio.create_task(hub.serve(listener))
    await hub.publish(snapshot(1), None)
    async with Audience(way) as audience:
        leaver, *others = await audience.enter(3)
        pushes: list[asyncio.Task[None]] = []

        def refuse(transport: Any) -> None:
            # What asyncio does when shutdown() says that the peer has reset the connection.
            transport._eof = True
            pushes.append(asyncio.create_task(hub.publish(snapshot(2), None)))
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

        served = next(iter(hub.ready))
        assert isinstance(served, Viewer)
        monkeypatch.setattr(type(served.out), "write_eof", refuse)
        leaver.transport.write(client_frame(CLOSE, b"\x03\xe8"))
        await until(lambda: len(hub) == 2, 5, "the leaver is forgotten")
        monkeypatch.undo()

        await pushes[0]
        await until(lambda: all(v.model.shown.place[1] == 2 for v in others), 5, "the push")
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def snapshot(version: int) -> bytes:
    return (
        b'{"tipo":"instantanea","epoca":"e","version":%d,"total":0,"clientes":{},"eventos":{},'
        b'"otros":{"clientes":0,"total":0},"otros_eventos":{"tipos":0,"total":0}}' % version
    )
