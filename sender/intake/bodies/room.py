from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.datastructures import Headers

MOST_BYTES = 16 * 1024 * 1024  # of bodies: what is made of one on its way is three times that
MOST_LARGE = 64  # requests in hand; each has up to half a MB on its way, read or not
SMALL_BYTES = 16 * 1024  # of a body: whatever their number, connections are fewer


class Room:
    """How much of all requests together may lie in memory."""

    def __init__(self, most: int = MOST_BYTES, most_large: int = MOST_LARGE) -> None:
        self._most, self._most_large = most, most_large
        self._taken = self._large = 0

    @contextmanager
    def share(self, small: bool) -> Iterator[Share]:
        """One request's share, given back at the end. Raises OverflowError when there is none."""
        if not small and self._large >= self._most_large:
            raise OverflowError(f"{self._large} requests are in hand")
        share = Share(self)
        self._large += not small
        try:
            yield share
        finally:
            self._large -= not small
            self._taken -= share.taken

    def take(self, size: int) -> None:
        """Raises OverflowError when there is no room."""
        if self._taken + size > self._most:
            raise OverflowError(f"{self._taken} bytes of {self._most} are taken")
        self._taken += size


class Share:
    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    def take(self, size: int) -> None:
        """Raises OverflowError when there is no room."""
        self._room.take(size)
        self.taken += size


def is_small(headers: Headers) -> bool:
    """Whether a request says that its body is, which Hypercorn then holds it to."""
    size = headers.get("Content-Length")
    if size is None or "Transfer-Encoding" in headers or "Content-Encoding" in headers:
        return False  # a packed one is as large as it unfolds
    return int(size) <= SMALL_BYTES
