"""When days begin in somebody's time zone, to the hours that history keeps."""

from __future__ import annotations

import datetime
import re
import zoneinfo

HOUR = 3600
_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}", re.ASCII)


def zone_of(text: str) -> datetime.tzinfo:
    """Return the zone of a name (Europe/Madrid) or offset (+02:00); raise ValueError for others."""
    if match := _OFFSET.fullmatch(text):
        sign, hours, minutes = match.groups()
        offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        return datetime.timezone(-offset if sign == "-" else offset)
    if not _NAME.fullmatch(text):
        raise ValueError("no name of a zone")
    try:
        return zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:  # OSError: a folder of zones
        raise ValueError("no such zone here") from error


def day_starts(until: float, days: int, zone: datetime.tzinfo) -> tuple[int, ...]:
    """
    Return when each of *days* begins, of which the last holds *until*, and when that ends.

    A day begins with the first full hour (UTC) in it: history has nothing finer from long ago.
    It is an hour longer or shorter than others where clocks are changed.
    """
    today = datetime.datetime.fromtimestamp(until, zone).date()
    last = 1 if _begin(today, zone) < until else 0
    return tuple(
        _begin(today + datetime.timedelta(days=n), zone) for n in range(last - days, last + 1)
    )


def _begin(day: datetime.date, zone: datetime.tzinfo) -> int:
    midnight = datetime.datetime.combine(day, datetime.time(), zone)
    return -int(-midnight.timestamp() // HOUR) * HOUR
