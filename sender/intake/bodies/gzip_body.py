"""Bodies that came as gzip (RFC 1952), unpacked as they are read and never further than allowed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

from intake.access.problem import bad_request, too_large
from publishing.packing import GZIP_WINDOW

STEP = 64 * 1024  # bytes in memory at a time, whatever the body would unfold to
MOST_MEMBERS = 1_000  # gzip files may follow each other; each costs, and may be empty


async def unpacked(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """
    Yield what *chunks* unfold to.

    Raises ProblemError: 413 as soon as that has more than *most* bytes, 400 for what is no gzip.
    """
    size, members = 0, Members()
    try:
        async for packed in chunks:
            for data in members.feed(packed):
                size += len(data)
                if size > most:
                    raise too_large(most)
                yield data
        members.finish()
    except (zlib.error, ValueError) as error:
        raise bad_request(f"body: Content-Encoding says gzip, but it is none: {error}") from None


class Members:
    """One gzip file after the other. Raises ValueError or zlib.error for anything else."""

    def __init__(self) -> None:
        self._begun = 0
        self._member: zlib._Decompress | None = None

    def feed(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self._member is None:
                self._member = self._next()
            if data := self._member.decompress(packed, STEP):
                yield data
            packed = self._member.unconsumed_tail
            if self._member.eof:
                packed, self._member = self._member.unused_data, None

    def finish(self) -> None:
        if self._member is not None:
            raise ValueError("it ends early")

    def _next(self) -> zlib._Decompress:
        self._begun += 1
        if self._begun > MOST_MEMBERS:
            raise ValueError(f"it has more than {MOST_MEMBERS} members")
        return zlib.decompressobj(GZIP_WINDOW)
