"""Events at a rate that does not ask how fast they are taken, and what became of their time."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Sequence

from publishing.publisher import Publisher

MARK_EVERY = 0.05  # seconds


class PacedLoad:
    """
    Each event carries the time at which it is published, so what comes late is not counted late.

    `late`: by how much each was published after its time; `confirmed`: seconds from publishing to
    the broker's confirmation, of one event in a while.
    """

    def __init__(self, publisher: Publisher, rate: float) -> None:
        self._publisher, self._rate = publisher, rate
        self.late: list[float] = []
        self.confirmed: list[float] = []
        self._marks: deque[tuple[int, float]] = deque()  # so many accepted, and when

    async def run(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time
        start, sent = now(), 0
        while now() < start + seconds:
            while sent < (now() - start) * self._rate:
                event = {"cliente": f"c{sent % 60}", "evento": "t1", "timestamp": time.time()}
                await self._publisher.publish(None, json.dumps(event).encode())
                self.late.append(now() - start - sent / self._rate)
                sent += 1
            self._look(now())
            await asyncio.sleep(0.001)

    def _look(self, now: float) -> None:
        if not self._marks or now - self._marks[-1][1] >= MARK_EVERY:
            self._marks.append((self._publisher.accepted, now))
        safe = self._publisher.accepted - self._publisher.unconfirmed
        while self._marks and self._marks[0][0] <= safe:
            self.confirmed.append(now - self._marks.popleft()[1])


def percentiles(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    at = (f"p{p} {ordered[(len(ordered) - 1) * p // 100] * 1000:.0f}" for p in (50, 95, 99, 100))
    return ", ".join(at) + " ms"
