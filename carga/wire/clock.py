from __future__ import annotations

import asyncio
import datetime
import time

from carga.wire.messages import TICKS, Begin


class RunClock:
    """Time since the run's start; before `begin` it stands still at zero."""

    def __init__(self) -> None:
        self._start = self._wall = 0.0

    def begin(self, moment: Begin) -> None:
        self._start, self._wall = moment.start, moment.wall

    def seconds(self) -> float:
        return time.monotonic() - self._start if self._start else 0.0

    def milliseconds(self) -> int:
        """The millisecond that runs now; negative before the start."""
        return int(self.seconds() * 1000 // 1)

    def ticks(self, ago: float = 0.0) -> int:
        """The number of ticks that had begun so many seconds *ago*: no latency is understated."""
        return int((self.seconds() - ago) * 1000 * TICKS // 1) + 1

    def moment(self, milliseconds: int) -> datetime.datetime:
        """The wall clock's time at that millisecond of the run."""
        return datetime.datetime.fromtimestamp(self._wall + milliseconds / 1000, datetime.UTC)

    async def sleep_until(self, milliseconds: float) -> None:
        await asyncio.sleep(max(milliseconds / 1000 - self.seconds(), 0))
