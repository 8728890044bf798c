"""The library's own way, bare: `broadcast_process.py PORT`."""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

from comun.open_files import allow_open_files
from fed_by_stdin import fed
from push.listening_socket import BACKLOG


async def stay(connection: ServerConnection) -> None:
    await connection.wait_closed()


async def run(port: int) -> None:
    allow_open_files(1 << 16)
    async with serve(stay, "127.0.0.1", port, compression=None, backlog=BACKLOG) as server:
        async for _, payload in fed():
            broadcast(server.connections, payload.decode())


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
