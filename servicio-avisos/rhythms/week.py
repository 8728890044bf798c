"""The hours of a week, as the people live by whom clients are used."""

from __future__ import annotations

import datetime
import zoneinfo
from functools import lru_cache

HOUR = 3600.0
HOURS = 168


class Week:
    def __init__(self, zone: str) -> None:
        where = zoneinfo.ZoneInfo(zone)

        @lru_cache(maxsize=4096)
        def slot(hour: int) -> int:
            local = datetime.datetime.fromtimestamp(hour * HOUR, where)
            return local.weekday() * 24 + local.hour

        self._slot = slot

    def slot(self, moment: float) -> int:
        """Which hour of the week: 0 is Monday's first."""
        return self._slot(int(moment // HOUR))
