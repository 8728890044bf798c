"""Viewers that lie, flood, vanish or never read, over real sockets."""

import asyncio
import gc
import logging
import os
import re
import zlib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close, Frame, Opcode

from origin_rule import OriginRule

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
MB = 1024 * 1024


@pytest.fixture(autouse=True)
def _nothing_unforeseen(caplog):
    """Whatever viewers do, no error escapes into asyncio or the library."""
    yield
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def frame(opcode, data=b"", **bits):
    return Frame(opcode, data, **bits).serialize(mask=True)


async def connect_raw(port, request=REQUEST + b"\r\n"):
    """A connection that does nothing by itself: it neither answers pings nor reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=MB)
    writer.write(request)
    return reader, writer


async def open_raw(port):
    reader, writer = await connect_raw(port)
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def everything(reader):
    """What still comes until the end, which may be a reset."""
    received = b""
    async with asyncio.timeout(10):
        try:
            while data := await reader.read(MB):
                received += data
        except ConnectionError:
            pass
    return received


def close_code(received):
    """The code of the close frame at the end of what was received."""
    found = re.search(rb"\x88([\x02-\x7d])(.*)\Z", received, re.DOTALL)
    return Close.parse(found[2]).code if found else None


def resident():
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


ORIGINS = [
    "null",
    "http://evil.example",
    "http://evil.example:8080",
    "http://localhost",
    "http://localhost:8081",
    "http://localhost:8080.evil.example",
    "http://localhost:8080@evil.example",
    "http://127.0.0.2:8080",
    "HTTP://localhost:8080",
    "http://localhost:8080/",
    "https://good.evil.com",
    "file://",
]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_pages_of_other_origins_are_refused(hub_on, watch, origin):
    """None of twelve forms of a foreign origin gets in."""
    _, port = await hub_on(OriginRule(8080, ["https://good.example"]))

    with pytest.raises(InvalidStatus) as refused:
        async with watch(port, origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_the_refusal_says_what_to_do(hub_on, watch):
    """A refused page can tell its user which line lets it in."""
    _, port = await hub_on()

    with pytest.raises(InvalidStatus) as refused:
        async with watch(port, origin="http://10.0.0.7:8080"):
            pass

    assert b"PANEL_ORIGENES=http://10.0.0.7:8080" in refused.value.response.body


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://good.example", None])
async def test_own_pages_and_programs_are_let_in(hub_on, watch, origin):
    """This machine's page, a listed one, and who has no origin."""
    hub, port = await hub_on(OriginRule(8080, ["https://good.example"]))
    await hub.publish(b"hola", None)

    async with watch(port, origin=origin) as viewer:
        assert await viewer.recv() == "hola"


async def test_compression_is_never_agreed_on(hub_on, watch):
    """A client that offers it gets none, so that no small frame can inflate to a large one."""
    _, port = await hub_on()

    async with watch(port, compression="deflate") as viewer:
        assert "Sec-WebSocket-Extensions" not in viewer.response.headers


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
async def test_whatever_a_viewer_sends_ends_it(hub_on, soon, data, code):
    """A viewer has nothing to say: it is closed at once with a code that tells why."""
    hub, port = await hub_on()
    reader, writer = await open_raw(port)

    writer.write(data)

    assert close_code(await everything(reader)) == code
    writer.close()
    await soon(lambda: not len(hub))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.TEXT])
async def test_a_flood_is_cut(hub_on, soon, opcode):
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


async def test_a_viewer_may_say_little(hub_on, soon):
    """What the handshake did not need of its allowance is not the viewer's to use later."""
    hub, port = await hub_on(ping=60)
    _, writer = await open_raw(port)
    await soon(lambda: hub.ready)

    writer.write(frame(Opcode.PING, b"x" * 100) * 50)

    await soon(lambda: not len(hub))
    assert hub.cuts["flood"] == 1
    writer.close()


async def test_a_request_is_forgotten_once_it_is_answered(hub_on, soon):
    """A browser's headers are more than a viewer costs otherwise."""
    hub, port = await hub_on()
    _, writer = await open_raw(port)
    await soon(lambda: hub.ready)

    gc.collect()
    kept = [o for o in gc.get_objects() if isinstance(o, Headers) and o.get("Host") == "x"]

    assert not kept
    writer.close()


async def test_pings_of_a_viewer_are_answered(hub_on, watch):
    """A client that checks us by pings is right to do so."""
    _, port = await hub_on()

    async with watch(port) as viewer, asyncio.timeout(5):
        await (await viewer.ping())


@pytest.mark.parametrize(
    "data",
    [
        b"GET /ws HTTP/1.1\r\nHost: x\r\n",
        b"",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["half a request", "nothing", "half a TLS hello"],
)
async def test_a_slow_handshake_is_cut(hub_on, soon, data):
    """Who does not finish its request in time is gone."""
    hub, port = await hub_on(opening=0.1, sweep=0.02)
    reader, writer = await connect_raw(port, data)
    await soon(lambda: len(hub))

    assert await everything(reader) == b""
    writer.close()
    await soon(lambda: not len(hub))
    assert hub.cuts["no handshake"] == 1


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
async def test_a_bad_handshake_is_cut(hub_on, soon, data):
    """Whatever comes in place of a handshake, or hurries after it, becomes no viewer."""
    hub, port = await hub_on(closing=0.1, sweep=0.02)
    reader, writer = await connect_raw(port, data)

    assert b" 101 " not in await everything(reader)
    writer.close()
    await soon(lambda: not len(hub))


async def test_a_viewer_that_never_reads_is_cut(hub_on, watch, soon):
    """It is gone after the time it may be behind, and its neighbour misses nothing."""
    hub, port = await hub_on(behind=0.3, closing=0.1, sweep=0.02)
    await hub.publish(b"0", None)
    _, writer = await open_raw(port)
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


async def test_a_viewer_that_does_not_answer_pings_is_cut(hub_on, soon):
    """A peer that is no longer there is told 4008, and then is gone without its answer."""
    hub, port = await hub_on(ping=0.05, pong=0.1, closing=0.1, sweep=0.02)
    reader, writer = await open_raw(port)

    assert close_code(await everything(reader)) == 4008
    await soon(lambda: not len(hub))
    writer.close()


async def test_a_viewer_that_answers_stays(hub_on, watch):
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


async def test_an_unread_close_is_not_waited_for(hub_on, soon):
    """Who is told to go and does not, is cut."""
    hub, port = await hub_on(closing=0.1, sweep=0.02)
    _, writer = await open_raw(port)
    (viewer,) = hub._all

    viewer.close(4008, "too slow")

    await soon(lambda: not len(hub))
    assert hub.cuts["no close"] == 1
    writer.close()


@pytest.mark.parametrize("end", ["half", "close", "reset"])
async def test_a_viewer_that_leaves_is_forgotten(hub_on, soon, end):
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


async def test_a_crowd_of_strangers_is_cut_without_a_word(hub_on, soon):
    """Connections far beyond the viewers cost nothing more than their end."""
    hub, port = await hub_on(viewers=3, strangers=2)
    streams = [await connect_raw(port, b"GET") for _ in range(5)]
    await soon(lambda: len(hub) == 5)

    reader, writer = await connect_raw(port)

    assert await everything(reader) == b""
    assert hub.cuts["crowd"] == 1
    for _, stream in [*streams, (reader, writer)]:
        stream.close()


async def test_viewers_of_one_address_can_be_limited(hub_on, watch, soon):
    """Behind one trusted proxy, the address that the proxy saw counts, not what a client claims."""
    hub, port = await hub_on(per_address=1, trusted_hops=1)
    mine = {"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}
    spoofed = {"X-Forwarded-For": "7.7.7.7, 10.0.0.7"}
    async with watch(port, additional_headers=mine):
        with pytest.raises(InvalidStatus) as refused:
            async with watch(port, additional_headers=spoofed):
                pass
        assert refused.value.response.status_code == 429
        async with watch(port, additional_headers={"X-Forwarded-For": "10.0.0.8"}):
            pass
    await soon(lambda: not len(hub))
    async with watch(port, additional_headers=mine):
        pass


async def test_a_storm_is_told_to_come_later(hub_on, watch):
    """Handshakes beyond the burst get 503 and a time to wait."""
    _, port = await hub_on(handshakes_burst=2, handshakes_per_second=0.001)
    async with watch(port), watch(port):
        with pytest.raises(InvalidStatus) as refused:
            async with watch(port):
                pass

    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["Retry-After"] == "5"


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=4), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_bytes_hurt_the_others(hub_on, watch, pieces, opened):
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


async def test_a_close_of_the_viewer_is_answered(hub_on, watch):
    """A viewer that says goodbye gets one."""
    _, port = await hub_on()
    async with watch(port) as viewer:
        await viewer.close(1001)
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.recv()

    assert closed.value.rcvd.code == 1001
