"""
From a time as programs write it to seconds since 1970: the forms of ISO 8601 that are in use.

docs/publishing.md lists them. Everything else is refused with its name.
"""

from __future__ import annotations

import datetime
import re

import msgspec

EPOCH = datetime.date(1970, 1, 1).toordinal()
EXPECTED = "write it like 2026-11-24T07:00:00Z"
_TEXT = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?P<between>[Tt ])"
    r"(?P<hour>\d\d)(?P<colon>:?)(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d)"
    r"(?:[.,](?P<fraction>\d+))?)?"
    r"(?:(?:[Zz]| ?(?P<sign>[-+\u2212])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)"
    r"(?:\[!?[\w/+:=-]{1,64}\])*)?",  # RFC 9557, as Java and Temporal write it
    re.ASCII,
)
_NUMBERS = ("year", "month", "day", "hour", "minute", "second", "hours", "minutes")
_NAMES = [
    (r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", "a number in quotes, without them it is one"),
    (r"\d{4}-?\d\d-?\d\d", "a date without a time of day"),
    (r"\d{4}-?W.*|\d{4}-?\d{3}(?!\d).*", "a date by week, or by day of the year"),
    (r"[-+]\d{5,}.*", "a year that has not four digits"),
    (r"\d{4}-?\d\d-?\d\d[Tt ]\d\d([Zz]|[-+].*)?", "a time without minutes"),
    (
        r"\d{4}-\d\d-\d\d[Tt ][\d:.,]+ ?\[?[A-Za-z]{2,}.*",
        "a time zone by its name, not Z or an offset",
    ),
    (r".*(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*", "a date in words"),
    (r"\d{1,4}[./]\d{1,2}[./].*", "a date that is not written with -"),
]


def seconds_of_text(text: str) -> float:
    """Return seconds since 1970 (negative before), UTC without a zone. Raises ValueError."""
    try:
        moment = msgspec.convert(text, datetime.datetime)
    except msgspec.ValidationError:
        return _seconds(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _seconds(text: str) -> float:
    found = _TEXT.fullmatch(text)
    if found is None or not _is_consistent(found):
        raise ValueError(f"{_name_of(text)}; {EXPECTED}")
    year, month, day, hour, minute, second, hours, minutes = (int(found[n] or 0) for n in _NUMBERS)
    microseconds = _microseconds(found["fraction"] or "")
    _check_clock((hour, minute, second, microseconds), hours, minutes)
    days = datetime.date(year, month, day).toordinal() - EPOCH
    offset = (hours * 3600 + minutes * 60) * (1 if found["sign"] == "+" else -1)
    # A leap second is the first one of the next minute, as POSIX counts; 24:00 of the next day.
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return (seconds * 1_000_000 + microseconds) / 1_000_000


def _is_consistent(found: re.Match[str]) -> bool:
    """Whether all of it is in the extended format, or all in the basic one."""
    if found["dash"]:
        return found["colon"] == ":"
    return found["colon"] == "" and found["between"] != " "


def _check_clock(clock: tuple[int, int, int, int], hours: int, minutes: int) -> None:
    hour, minute, second, _ = clock
    if hour > 23 and clock != (24, 0, 0, 0):
        raise ValueError("hour must be in 0..23")
    if minute > 59 or minutes > 59:
        raise ValueError("minute must be in 0..59")
    if second > 60:
        raise ValueError("second must be in 0..60")
    if hours > 23:
        raise ValueError("offset must be below 24 hours")


def _microseconds(fraction: str) -> int:
    return (int(fraction[:7].ljust(7, "0")) + 5) // 10


def _name_of(text: str) -> str:
    head = text[:64]
    for pattern, name in _NAMES:
        if re.fullmatch(pattern, head, re.ASCII):
            return name
    return "no time of ISO 8601"
