from __future__ import annotations

import random

FIRST = 0.5
CAP = 5.0


class Backoff:
    """
    How long to wait before the next attempt to connect: exponential, with full jitter.

    The cap is low on purpose. It is what a restarted broker waits for its publishers, and an
    attempt that a port refuses costs next to nothing; the jitter spreads the rest.
    """

    def __init__(self) -> None:
        self._failures = 0

    def next_delay(self) -> float:
        """Seconds, anywhere between 0 and a limit that doubles with each failure."""
        limit = min(CAP, FIRST * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
        return random.uniform(0, limit)  # noqa: S311 - not a secret

    def reset(self) -> None:
        self._failures = 0
