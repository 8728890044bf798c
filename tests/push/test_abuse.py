"""Viewers that send what no viewer may, to the panel's process."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.chain_stack import Chain
from tests.push.audience import Audience, show, until
from tests.push.flow import flow_into
from tests.push.machine import MB, resident
from tests.push.raw_viewer import TEXT, Way, client_frame

CLOSED_WITHIN = 1.0  # seconds
MORE_MEMORY = 5.0  # MB
BINARY, CONTINUED = 2, 0
NOT_LAST, COMPRESSED = 0x00, 0xC0  # instead of FIN; FIN and RSV1
PIECE = 256 * 1024


def flood() -> Iterator[bytes]:
    """100 MB of small messages."""
    message = client_frame(TEXT, b"x" * 100)
    for _ in range(400):
        yield message * (PIECE // len(message))


def one_frame() -> Iterator[bytes]:
    """20 MB."""
    frame = client_frame(BINARY, b"x" * (20 * MB))
    yield from (frame[at : at + PIECE] for at in range(0, len(frame), PIECE))


def fragments() -> Iterator[bytes]:
    """15 MB of a message that never ends."""
    yield client_frame(TEXT, b"x" * 1000, NOT_LAST)
    fragment = client_frame(CONTINUED, b"x" * 1000, NOT_LAST)
    for _ in range(60):
        yield fragment * (PIECE // len(fragment))


def pings() -> Iterator[bytes]:
    """20 MB of pings, each of which asks for an answer."""
    ping = client_frame(9, b"x" * 125)
    for _ in range(80):
        yield ping * (PIECE // len(ping))


def bomb() -> Iterator[bytes]:
    """522 KB that inflate to half a gigabyte."""
    deflate = zlib.compressobj(wbits=-15)
    one_mb = deflate.compress(bytes(MB)) + deflate.flush(zlib.Z_FULL_FLUSH)
    yield client_frame(TEXT, one_mb * 512 + deflate.flush(), COMPRESSED)


@asynccontextmanager
async def opened(way: Way) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A WebSocket that the test writes raw bytes to; it offers compression, as browsers do."""
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    writer.write(way.handshake("Sec-WebSocket-Extensions: permessage-deflate\r\n"))
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in answer
    assert b"sec-websocket-extensions" not in answer.lower()
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def time_until_cut(way: Way, attack: Callable[[], Iterator[bytes]]) -> float:
    """Send it all; return how long the server let it go on."""
    pieces = list(attack())
    async with opened(way) as (reader, writer):
        clock = asyncio.get_running_loop().time
        start = clock()

        async def send() -> None:
            with suppress(ConnectionError):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()

        sending = asyncio.create_task(send())
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while await reader.read(MB):
                    pass
        took = clock() - start
        await sending
    return took


@pytest.mark.parametrize("attack", [flood, one_frame, fragments, pings, bomb])
async def test_it_is_cut_at_once_and_costs_nothing(
    chain: Chain, way: Way, note: Callable[[str], None], attack: Callable[[], Iterator[bytes]]
) -> None:
    """The connection ends within a second, the panel's memory stays, a neighbour sees all."""
    panel, proxy = (chain.parts[name].pid for name in ("panel-visual", "reverse-proxy"))
    async with flow_into(chain) as flow, Audience(way) as audience:
        neighbours = await audience.enter(10)
        before, proxy_before = resident(panel), resident(proxy)
        async with flow.flowing(rate=20):
            took = await time_until_cut(way, attack)
        more, proxy_more = resident(panel) - before, resident(proxy) - proxy_before
        report = await flow.counted()
        await until(lambda: show(neighbours, report), 2, "the neighbours show the report")

    note(
        f"{way.name}: {attack.__name__} cut after {took * 1e3:.0f} ms, "
        f"panel {more:+.1f} MB, Traefik {proxy_more:+.1f} MB"
    )
    assert took <= CLOSED_WITHIN
    assert more <= MORE_MEMORY


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (client_frame(TEXT, b"x"), 1008),
        (client_frame(TEXT, b"x" * 2000), 1009),
        (client_frame(TEXT, b"\x4a\x04\x00", COMPRESSED), 1002),
        (client_frame(CONTINUED, b"x"), 1002),
        (b"\x81\x01x", 1002),  # not masked
    ],
    ids=["a message", "a large one", "a compressed one", "a fragment of none", "not masked"],
)
async def test_it_is_told_why(way: Way, data: bytes, code: int) -> None:
    """Whoever sends a little of what is not allowed gets the close code that says so."""
    async with opened(way) as (reader, writer), asyncio.timeout(5):
        writer.write(data)
        received = await reader.read()

    at = received.rindex(b"\x88")
    assert int.from_bytes(received[at + 2 : at + 4], "big") == code
