"""
A crowd of clients that mean no good, in a process of its own.

    python crowd.py PORT PATH COUNT polls|asks|deaf

`polls` wait for each change, `asks` ask a different question each time ({n} in PATH is a number),
`deaf` ask once and never read. Refused, they come again as they are told, or after a second. Ends
with SIGTERM; then it prints how often it was answered with which status.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import socket
import sys
from collections import Counter

NUMBERS = itertools.count()
SEEN: Counter[str] = Counter()
LOST = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, *headers: str
) -> dict[str, str]:
    """Return the headers of the answer, and its status."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "\r\n"]
    writer.write("\r\n".join(lines).encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    found = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    await reader.readexactly(int(found.get("content-length", "0")))
    return found | {"status": head[0].split()[1]}


async def visit(port: int, path: str, kind: str) -> None:
    """One connection, as long as it lasts."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    known = '""'
    try:
        while True:
            waits = (f"If-None-Match: {known}", "Prefer: wait=25") if kind == "polls" else ()
            answer = await ask(reader, writer, path.format(n=next(NUMBERS)), *waits)
            known = answer.get("etag", known)
            SEEN[answer["status"]] += 1
            if answer["status"] not in ("200", "304"):
                await asyncio.sleep(float(answer.get("retry-after", "1")))
            if answer.get("connection") == "close":
                return
    finally:
        writer.close()


async def one(port: int, path: str, kind: str) -> None:
    while True:
        try:
            await visit(port, path, kind)
        except LOST:
            SEEN["lost"] += 1
            await asyncio.sleep(1)


async def deaf(port: int, path: str) -> None:
    """Asks twenty things at once and never reads; when it is cut, it comes again."""
    loop = asyncio.get_running_loop()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20
    while True:
        with contextlib.suppress(OSError), socket.socket() as client:
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, request)
            SEEN["deaf"] += 1
            await asyncio.sleep(15)
        await asyncio.sleep(1)


async def main() -> None:
    port, path, count, kind = sys.argv[1:]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with asyncio.TaskGroup() as group:
        crowd = [
            group.create_task(
                deaf(int(port), path) if kind == "deaf" else one(int(port), path, kind)
            )
            for _ in range(int(count))
        ]
        sys.stdout.write("listo\n")
        sys.stdout.flush()
        await stop.wait()
        for each in crowd:
            each.cancel()
    sys.stdout.write(f"{dict(SEEN)}\n")


if __name__ == "__main__":
    asyncio.run(main())
