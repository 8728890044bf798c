"""Viewers that are slow, silent or gone."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from push.viewer import Viewer
from tests.panel.conftest import HubOn, Soon, Watch
from tests.raw_viewer import close_code, connect_raw, everything, frame, open_raw


@pytest.fixture(autouse=True)
def _nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever viewers do, no error escapes into asyncio or the library."""
    yield
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_pings_of_a_viewer_are_answered(hub_on: HubOn, watch: Watch) -> None:
    """A client that checks us by pings is right to do so."""
    _, port = await hub_on()

    async with watch(port) as viewer, asyncio.timeout(5):
        await (await viewer.ping())


@pytest.mark.parametrize(
    "data",
    [
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\n",
        b"",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["half a request", "nothing", "half a TLS hello"],
)
async def test_a_slow_handshake_is_cut(hub_on: HubOn, soon: Soon, data: bytes) -> None:
    """Who does not finish its request in time is gone."""
    hub, port = await hub_on(opening=0.1, sweep=0.02)
    reader, writer = await connect_raw(port, data)
    await soon(lambda: len(hub))

    assert await everything(reader) == b""
    writer.close()
    await soon(lambda: not len(hub))
    assert hub.cuts["no handshake"] == 1


async def test_a_viewer_that_never_reads_is_cut(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """It is gone after the time it may be behind, and its neighbour misses nothing."""
    hub, port = await hub_on(behind=0.3, closing=0.1, sweep=0.02)
    await hub.publish(b"0", None)
    _, writer = await open_raw(port)
    assert isinstance(writer.transport, asyncio.Transport)
    writer.transport.pause_reading()
    received = []
    async with watch(port) as neighbour:
        async with asyncio.timeout(10):
            while len(hub) == 2:
                await hub.publish(b"x", b"y" * 60_000)
                received.append(await neighbour.recv())
                await asyncio.sleep(0.001)
        assert received[0] == "0"
        assert set(received[1:]) == {"y" * 60_000}
    assert hub.cuts["no close"] == 1
    writer.close()


async def test_a_viewer_that_does_not_answer_pings_is_cut(hub_on: HubOn, soon: Soon) -> None:
    """A peer that is no longer there is told 4008, and then is gone without its answer."""
    hub, port = await hub_on(ping=0.05, pong=0.1, closing=0.1, sweep=0.02)
    reader, writer = await open_raw(port)

    assert close_code(await everything(reader)) == 4008
    await soon(lambda: not len(hub))
    writer.close()


async def test_a_viewer_that_answers_stays(hub_on: HubOn, watch: Watch) -> None:
    """A viewer that only answers pings is kept, far beyond the time for one pong."""
    hub, port = await hub_on(ping=0.02, pong=0.2, sweep=0.01)
    await hub.publish(b"0", None)

    async with watch(port) as viewer:
        assert await viewer.recv() == "0"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await viewer.recv()
        await hub.publish(b"1", b"1")
        assert await viewer.recv() == "1"


async def test_an_unread_close_is_not_waited_for(hub_on: HubOn, soon: Soon) -> None:
    """Who is told to go and does not, is cut."""
    hub, port = await hub_on(closing=0.1, sweep=0.02)
    _, writer = await open_raw(port)
    (viewer,) = hub._all
    assert isinstance(viewer, Viewer)

    viewer.close(4008, "too slow")

    await soon(lambda: not len(hub))
    assert hub.cuts["no close"] == 1
    writer.close()


@pytest.mark.parametrize("end", ["half", "close", "reset"])
async def test_a_viewer_that_leaves_is_forgotten(hub_on: HubOn, soon: Soon, end: str) -> None:
    """With or without goodbye."""
    hub, port = await hub_on()
    _, writer = await open_raw(port)
    await soon(lambda: hub.ready)

    if end == "half":
        writer.write_eof()
    elif end == "close":
        writer.write(frame(Opcode.CLOSE, b"\x03\xe8"))
    else:
        writer.transport.abort()

    await soon(lambda: not len(hub))
    assert not hub.ready
    await hub.publish(b"nobody", None)
    writer.close()


async def test_a_close_of_the_viewer_is_answered(hub_on: HubOn, watch: Watch) -> None:
    """A viewer that says goodbye gets one."""
    _, port = await hub_on()
    async with watch(port) as viewer:
        await viewer.close(1001)
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.recv()

    assert closed.value.rcvd and closed.value.rcvd.code == 1001
