"""Judges from one publish after the other whether the broker takes what is published."""

from __future__ import annotations

LEAST = 3  # refusals in a row; one alone may be a queue that changes its leader
SECONDS = 3.0


class WriteProbe:
    """*now* is monotonic time."""

    def __init__(self) -> None:
        self._refusals = 0
        self._since = 0.0

    def taken(self) -> None:
        self._refusals = 0

    def refused(self, now: float) -> bool:
        """Return whether it has refused everything for so long that it will not end by itself."""
        if self._refusals == 0:
            self._since = now
        self._refusals += 1
        return self._refusals >= LEAST and now - self._since >= SECONDS
