"""Lines from a file descriptor, as they come, in bounded memory."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator

CHUNK = 64 * 1024


class LineSplitter:
    """Cuts what is read into lines. Of a line that is too long it keeps nothing but the fact."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> list[bytes | None]:
        """Return the lines that end in *data*, without their ends; None for one too long."""
        first, *others = data.split(b"\n")
        if not others:
            self._keep(first)
            return []
        self._keep(first)
        lines = [self._take()]
        self._keep(others.pop())
        lines += [line if len(line) <= self._longest else None for line in others]
        return lines

    def end(self) -> list[bytes | None]:
        """Return the last line when nothing ended it."""
        return [self._take()] if self._length else []

    def _keep(self, part: bytes) -> None:
        self._length += len(part)
        if self._length > self._longest:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _take(self) -> bytes | None:
        line = b"".join(self._parts) if self._length <= self._longest else None
        self._parts, self._length = [], 0
        return line


async def read_lines(fd: int, longest: int) -> AsyncIterator[list[bytes | None]]:
    """Yield the lines that each read brings; the descriptor is never read ahead of the caller."""
    splitter = LineSplitter(longest)
    always_ready = stat.S_ISREG(os.fstat(fd).st_mode)
    while True:
        if not always_ready:
            always_ready = not await _readable(fd)
        data = os.read(fd, CHUNK)
        if not data:
            yield splitter.end()
            return
        yield splitter.feed(data)


def share_read(fd: int) -> float | None:
    """How much of a file has been read, 0 to 1; None for what has no size, like a pipe."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return None
    return min(os.lseek(fd, 0, os.SEEK_CUR) / status.st_size, 1.0)


async def _readable(fd: int) -> bool:
    """
    Wait until a read would not block. False for what can't be waited for, like /dev/null.

    No thread that reads: one that is stuck in a read could not be ended.
    """
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(fd, ready.set)
    except PermissionError:
        return False
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
    return True
