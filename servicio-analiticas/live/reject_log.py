from __future__ import annotations

import logging
from collections.abc import Iterable

from counting.counted import Rejected

LOG = logging.getLogger("analiticas.rechazos")


class RejectLog:
    """One line a rejected message, at most 10 in 10 seconds: a flood must not fill the disk."""

    LINES, SECONDS = 10, 10.0

    def __init__(self) -> None:
        self._since = float("-inf")
        self._written = self._left_out = 0

    def report(self, rejected: Iterable[Rejected], now: float) -> None:
        """*now* is monotonic time. What a publisher sent is written escaped and cut."""
        for message, reason in rejected:
            self._turn_page(now)
            if self._written < self.LINES:
                self._written += 1
                LOG.warning(
                    "rejected: %.200s (message_id %.66r, body %.66r)",
                    reason.encode("unicode_escape").decode(),
                    message.message_id,
                    message.body[:64],
                )
            else:
                self._left_out += 1

    def _turn_page(self, now: float) -> None:
        if now - self._since < self.SECONDS:
            return
        if self._left_out:
            LOG.warning("rejected: %d more, not written out", self._left_out)
        self._since, self._written, self._left_out = now, 0, 0
