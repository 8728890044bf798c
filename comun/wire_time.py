from __future__ import annotations

import datetime


def rfc3339(seconds: float) -> str:
    """Seconds since 1970 as `2026-11-24T07:00:00.123Z`."""
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
