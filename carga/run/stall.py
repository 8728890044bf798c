from __future__ import annotations

import time


class Stall:
    """Notices that a number has not changed for *patience* seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._value: int | None = None
        self._since = time.monotonic()

    def at(self, value: int) -> bool:
        """Whether it has been this *value* for too long now."""
        now = time.monotonic()
        if value != self._value:
            self._value, self._since = value, now
        return now - self._since > self._patience
