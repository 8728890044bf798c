from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000  # callers; one that is forgotten starts with a full burst again
BURST_SECONDS = 2.0


class RateLimit:
    """Lets each caller make *per_second* requests in the long run, 0: any number."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._rate, self._clock = per_second, clock
        self._burst = max(1.0, per_second * BURST_SECONDS)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    @property
    def per_minute(self) -> int:
        """What a caller may do in a minute, in whole requests; 0: any number."""
        return max(1, int(self._rate * 60)) if self._rate else 0

    def wait_of(self, caller: str) -> int:
        """Take one request of *caller*: 0 when it may, else the whole seconds until it may."""
        if not self._rate:
            return 0
        now = self._clock()
        tokens, at = self._buckets.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - tokens) / self._rate)
