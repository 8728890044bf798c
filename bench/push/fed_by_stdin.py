"""How a bench server in Python is told what to push: lines of stdin, their first byte the kind."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

LONGEST = 1 << 20


async def fed() -> AsyncIterator[tuple[bytes, bytes]]:
    """Yield the kind and the payload of each line, until stdin ends."""
    reader = asyncio.StreamReader(limit=LONGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line[:1], line[1:-1]
