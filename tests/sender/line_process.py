"""`python app.py enviar` as a process with a pipe for its input."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.sender.delivery import LIMIT, BoundQueue
from tests.stack import ROOT

APP = ROOT / "sender" / "app.py"


@asynccontextmanager
async def enviar(
    settings: Mapping[str, str], *arguments: str, stdout: int = PIPE, stderr: int = PIPE
) -> AsyncIterator[Process]:
    environment = {k: v for k, v in os.environ.items() if k != "CLIENTE"} | dict(settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "enviar", *arguments, stdin=PIPE, stdout=stdout, stderr=stderr,
        env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process: Process, text: bytes = b"") -> tuple[int, str, str]:
    """Give it *text*, then the end of its input; return exit code and what it said."""
    reading = asyncio.ensure_future(process.communicate(text))
    in_time, _ = await asyncio.wait([reading], timeout=LIMIT)
    if not in_time:
        process.kill()
    out, err = await reading
    assert in_time, f"not ended after {LIMIT:.0f} s; it said: {(err or b'').decode()}"
    assert process.returncode is not None
    return process.returncode, (out or b"").decode(), (err or b"").decode()


async def write(process: Process, text: bytes) -> None:
    assert process.stdin
    process.stdin.write(text)
    await process.stdin.drain()


async def write_slowly(process: Process, lines: list[bytes]) -> None:
    for number in range(0, len(lines), 20):
        await write(process, b"".join(line + b"\n" for line in lines[number : number + 20]))
        await asyncio.sleep(0.005)


async def send(settings: Mapping[str, str], text: bytes, *arguments: str) -> tuple[int, str, str]:
    async with enviar(settings, *arguments) as process:
        return await ended(process, text)


async def depth_is(queue: BoundQueue, least: int) -> None:
    async with asyncio.timeout(LIMIT):
        while await queue.depth() < least:  # noqa: ASYNC110 - of a broker
            await asyncio.sleep(0.02)
