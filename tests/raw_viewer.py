"""A viewer of bytes, which need not keep to the protocol."""

import asyncio
import os
import re
from pathlib import Path

from websockets.frames import Close, Frame, Opcode

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


MB = 1024 * 1024
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def frame(opcode: Opcode, data: bytes = b"", fin: bool = True) -> bytes:
    return Frame(opcode, data, fin=fin).serialize(mask=True)


async def connect_raw(port: int, request: bytes = REQUEST + b"\r\n") -> Streams:
    """A connection that does nothing by itself: it neither answers pings nor reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=MB)
    writer.write(request)
    return reader, writer


async def open_raw(port: int) -> Streams:
    reader, writer = await connect_raw(port)
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def everything(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the end, which may be a reset."""
    received = b""
    async with asyncio.timeout(10):
        try:
            while data := await reader.read(MB):
                received += data
        except ConnectionError:
            pass
    return received


def close_code(received: bytes) -> int | None:
    """The code of the close frame at the end of what was received."""
    found = re.search(rb"\x88([\x02-\x7d])(.*)\Z", received, re.DOTALL)
    return Close.parse(found[2]).code if found else None


def resident() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
