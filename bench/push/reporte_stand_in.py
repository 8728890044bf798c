"""
Stands in for the analytics: `reporte_stand_in.py PORT` answers `GET /reporte` with the last line
of stdin, and lets `Prefer: wait` wait for the next.
"""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress

import msgspec

from fed_by_stdin import fed
from push_frames import CONTRACTS, first_report

KNOWN = re.compile(rb'(?i)^if-none-match: "(\d+)"\r$', re.MULTILINE)
ESTADO = msgspec.json.encode(msgspec.json.decode((CONTRACTS / "estado.json").read_bytes()))


class StandIn:
    def __init__(self) -> None:
        self._number, self._report = 0, first_report()
        self._changed = asyncio.Event()

    async def read_stdin(self) -> None:
        async for _, payload in fed():
            self._number, self._report = self._number + 1, payload
            self._changed.set()
            self._changed = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while request := await reader.readuntil(b"\r\n\r\n"):
                if request.startswith(b"GET /reporte/estado"):
                    writer.write(response(200, ESTADO, 0))
                else:
                    writer.write(await self._reported(request))
                await writer.drain()
        writer.close()

    async def _reported(self, request: bytes) -> bytes:
        found = KNOWN.search(request)
        if found and int(found[1]) == self._number:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._changed.wait()
        if found and int(found[1]) == self._number:
            return response(304, b"", self._number)
        return response(200, self._report, self._number)


def response(status: int, body: bytes, number: int) -> bytes:
    head = f'HTTP/1.1 {status} -\r\nETag: "{number}"\r\nContent-Length: {len(body)}\r\n\r\n'
    return head.encode() + body


async def run(port: int) -> None:
    stand_in = StandIn()
    async with await asyncio.start_server(stand_in.answer, "127.0.0.1", port):
        await stand_in.read_stdin()


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
