"""Viewers that send what they must not."""

import asyncio
import gc
import logging
import zlib
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from websockets.datastructures import Headers
from websockets.frames import Opcode

from tests.panel.conftest import HubOn, Soon, Watch
from tests.raw_viewer import (
    MB,
    REQUEST,
    close_code,
    connect_raw,
    everything,
    frame,
    open_raw,
    resident,
)


@pytest.fixture(autouse=True)
def _nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever viewers do, no error escapes into asyncio or the library."""
    yield
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(Opcode.TEXT, b"hola"), 1008),
        (frame(Opcode.BINARY), 1008),
        (frame(Opcode.TEXT, b"x", fin=False), 1008),
        (frame(Opcode.CONT, b"x"), 1002),
        (b"\xc1" + frame(Opcode.TEXT, zlib.compress(b"\0" * 100_000))[1:], 1002),
        (b"\x81\xff" + (20 * MB).to_bytes(8, "big") + b"mask", 1009),
        (b"\x01\xfe\xff\xff" + b"mask", 1009),
        (b"\x81\x05hola!", 1002),
        (b"\x8f\x80mask", 1002),
    ],
    ids=["text", "binary", "fragment", "stray", "deflate", "20 MB", "64 KB", "unmasked", "unknown"],
)
async def test_whatever_a_viewer_sends_ends_it(
    hub_on: HubOn, soon: Soon, data: bytes, code: int
) -> None:
    """A viewer has nothing to say: it is closed at once with a code that tells why."""
    hub, port = await hub_on()
    reader, writer = await open_raw(port)

    writer.write(data)

    assert close_code(await everything(reader)) == code
    writer.close()
    await soon(lambda: not len(hub))


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.TEXT])
async def test_a_flood_is_cut(hub_on: HubOn, soon: Soon, opcode: Opcode) -> None:
    """100 MB of frames reach us no further than the first few kilobytes, and cost no memory."""
    hub, port = await hub_on()
    _, writer = await open_raw(port)
    flood = frame(opcode, b"x" * 100) * 10_000
    before = resident()

    with pytest.raises((ConnectionError, TimeoutError)):
        async with asyncio.timeout(5):
            for _ in range(100):
                writer.write(flood)
                await writer.drain()

    writer.transport.abort()
    await soon(lambda: not len(hub))
    assert resident() - before < 10 * MB


async def test_a_viewer_may_say_little(hub_on: HubOn, soon: Soon) -> None:
    """What the handshake did not need of its allowance is not the viewer's to use later."""
    hub, port = await hub_on(ping=60)
    _, writer = await open_raw(port)
    await soon(lambda: hub.ready)

    writer.write(frame(Opcode.PING, b"x" * 100) * 50)

    await soon(lambda: not len(hub))
    assert hub.cuts["flood"] == 1
    writer.close()


async def test_a_request_is_forgotten_once_it_is_answered(hub_on: HubOn, soon: Soon) -> None:
    """A browser's headers are more than a viewer costs otherwise."""
    hub, port = await hub_on()
    _, writer = await open_raw(port)
    await soon(lambda: hub.ready)

    gc.collect()
    kept = [o for o in gc.get_objects() if isinstance(o, Headers) and o.get("Host") == "x"]

    assert not kept
    writer.close()


@pytest.mark.parametrize(
    "data",
    [
        REQUEST + b"\r\n" + frame(Opcode.PING),
        REQUEST + b"\r\n" + frame(Opcode.CLOSE, b"\x03\xe8"),
        REQUEST + b"\r\n" + frame(Opcode.CLOSE, b"\x03\xe8") + frame(Opcode.PING),
        REQUEST + b"\r\n" + b"\xff" * 100,
        REQUEST + b"X: " + b"x" * 20_000 + b"\r\n\r\n",
        REQUEST + b"X: x\r\n" * 1000 + b"\r\n",
        REQUEST.replace(b"GET", b"POST") + b"\r\n",
        REQUEST.replace(b"13", b"8") + b"\r\n",
        REQUEST.replace(b"AAAA", b"\xff\xff", 1) + b"\r\n",
        REQUEST + b"Transfer-Encoding: chunked\r\n\r\n",
        REQUEST + b"Origin: http://localhost:8080\r\nOrigin: http://evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\n" * 10,
        b"\n" * 100,
    ],
)
async def test_a_bad_handshake_is_cut(hub_on: HubOn, soon: Soon, data: bytes) -> None:
    """Whatever comes in place of a handshake, or hurries after it, becomes no viewer."""
    hub, port = await hub_on(closing=0.1, sweep=0.02)
    reader, writer = await connect_raw(port, data)

    assert b" 101 " not in await everything(reader)
    writer.close()
    await soon(lambda: not len(hub))


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=4), st.booleans())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_no_bytes_hurt_the_others(
    hub_on: HubOn, watch: Watch, pieces: list[bytes], opened: bool
) -> None:
    """Any bytes before or after the handshake, in any pieces, leave a neighbour untouched."""
    hub, port = await hub_on(closing=0.1, sweep=0.02)
    await hub.publish(b"0", None)
    async with watch(port) as neighbour:
        _, writer = await (open_raw(port) if opened else connect_raw(port, b""))
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        await hub.publish(b"1", b"1")

        assert [await neighbour.recv(), await neighbour.recv()] == ["0", "1"]
        writer.transport.abort()
