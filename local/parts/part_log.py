"""What a part says, in a file that stays small however much that is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

LOG_BYTES = 5_000_000  # then it goes on in a new file; the one before is kept, as *.old
PART_BYTES = 65_536
LAST_WORDS = 1.0  # seconds; what a part has started may hold its output open for ever


class PartLog:
    """A file for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path, self._lost = path, 0

    def write(self, said: bytes) -> None:
        """What a full disk does not take is lost, and told; nothing ends of it."""
        try:
            if self._lost:
                self._append(b"... %d bytes could not be written here\n" % self._lost)
                self._lost = 0
            self._append(said)
        except OSError:
            self._lost += len(said)

    def _append(self, said: bytes) -> None:
        if self._path.exists() and self._path.stat().st_size + len(said) > LOG_BYTES:
            self._path.replace(self._path.with_suffix(".old"))
        with open(self._path, "ab", opener=_private) as file:
            file.write(said)


@asynccontextmanager
async def written_to(log: PartLog) -> AsyncIterator[int]:
    """
    Give a descriptor to say things to, which the caller closes.

    At the end what was said by then is in the log.
    """
    reading, writing = os.pipe()
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb")
    )
    async with asyncio.TaskGroup() as group:
        copying = group.create_task(_copy(reader, log))
        try:
            yield writing
        finally:
            await asyncio.wait([copying], timeout=LAST_WORDS)
            copying.cancel()
            transport.close()


async def _copy(reader: asyncio.StreamReader, log: PartLog) -> None:
    while said := await reader.read(PART_BYTES):
        log.write(said)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
