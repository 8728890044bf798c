from __future__ import annotations

import asyncio
import sys

from carga.wire.messages import Said, packed, received


class ParentLine:
    """A worker's end of the pipes to the process that started it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.WriteTransport) -> None:
        self._reader, self._writer = reader, writer

    def say(self, message: Said) -> None:
        if not self._writer.is_closing():
            self._writer.write(packed(message))

    async def hear(self) -> Said | None:
        return await received(self._reader)


async def parent_line() -> ParentLine:
    """Stdin and stdout, which must be pipes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    writer, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout.buffer)
    return ParentLine(reader, writer)
