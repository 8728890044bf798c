from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from events.event_check import trimmed

AROUND = 4  # bytes that are no part of a line: a byte order mark, and a carriage return


class Line(NamedTuple):
    number: int  # 1 for the first
    text: bytes | None  # None: longer than may be


class Lines:
    """Cuts what arrives into lines, and never holds more than one of *most* bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begun = bytearray()
        self._too_long = False
        self._number = 0

    def feed(self, data: bytes) -> Iterator[Line]:
        """The lines that *data* ends. Empty ones are left out, but counted."""
        *ends, begun = data.split(b"\n")
        for text in ends:
            self._append(text)
            yield from self._end()
        self._append(begun)

    def finish(self) -> Iterator[Line]:
        """The last line, when nothing ended it."""
        yield from self._end()

    def _append(self, text: bytes) -> None:
        if len(self._begun) + len(text) > self._most + AROUND:
            self._too_long = True
            self._begun.clear()
        elif not self._too_long:
            self._begun += text

    def _end(self) -> Iterator[Line]:
        self._number += 1
        text = trimmed(bytes(self._begun))
        too_long = self._too_long or len(text) > self._most
        self._begun.clear()
        self._too_long = False
        if text or too_long:
            yield Line(self._number, None if too_long else text)
