"""When an event happened, from the timestamp that its body gives."""

from __future__ import annotations

import math

from comun.written_time import seconds_of_text

Timestamp = str | int | float
END_OF_YEAR_9999 = 253_402_300_800
MILLISECONDS_FROM = 1e11


def seconds_of(given: Timestamp) -> float:
    """Seconds since 1970 of a timestamp. Raises ValueError outside the years 1970 to 9999."""
    try:
        seconds = seconds_of_text(given) if isinstance(given, str) else _of_number(given)
    except ValueError as error:
        raise ValueError(f"timestamp: {error}") from None
    if not 0 <= seconds < END_OF_YEAR_9999:
        raise ValueError("timestamp: not within the years 1970 to 9999")
    return seconds


def _of_number(given: float) -> float:
    if given < 0:
        return -math.inf  # a whole number of any length, which no float may hold
    if given < MILLISECONDS_FROM:
        return float(given)
    return given / 1000 if given < END_OF_YEAR_9999 * 1000 else math.inf
