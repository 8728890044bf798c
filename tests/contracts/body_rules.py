"""
What becomes of a message's body, by its schema and by the rules that a schema can't say.

Written down from contracts/rules.json, and from nothing of the services.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
import unicodedata
import zlib
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, NoReturn

from tests.contracts.wire_schemas import faults

MOST_BYTES = 1024 * 1024
BOM = b"\xef\xbb\xbf"
SCHEMA = "schema"
TIME = re.compile(
    r"(?P<year>[0-9]{4})-?(?P<month>..)-?(?P<day>..).(?P<hour>..):?(?P<minute>[0-9]{2})"
    r"(?::?(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?: ?(?P<sign>[-+\u2212])(?P<hours>..):?(?P<minutes>[0-9]{2})?)?"
)
NUMBERS = ("year", "month", "day", "hour", "minute", "second", "hours", "minutes")
YEARS = datetime.timedelta(seconds=253_402_300_800)
"""From 1970 to the end of the year 9999."""


class Fault(NamedTuple):
    """*rule* is one of contracts/rules.json, or SCHEMA; *place* what a reason begins with."""

    rule: str
    place: str


class UnreadableError(Exception):
    def __init__(self, rule: str, place: str) -> None:
        super().__init__(rule)
        self.fault = Fault(rule, place)


def faults_of(body: bytes, header: object, app_id: str | None) -> set[Fault]:
    """All that is wrong with a message; nothing when it is counted."""
    try:
        value = _read(_unpacked(body))
    except UnreadableError as error:
        return {error.fault}
    kind = "batch" if isinstance(value, list) else "event"
    found = {Fault(SCHEMA, _place(path)) for path in faults(kind, value)}
    events = value if isinstance(value, list) else [value]
    for index, event in enumerate(events):
        if isinstance(event, dict):
            before = f"[{index}]." if isinstance(value, list) else ""
            found |= {
                Fault(rule, "body" if field == "body" else before + field)
                for rule, field in _beyond(event, header, app_id)
            }
    return found


def place_named(reason: str) -> str:
    """What the reason of a rejection is about, as `Fault.place` has it."""
    named = re.match(r"\[\d+\]\.\w+|\[\d+\]|\w+", reason)
    assert named, f"a reason that names nothing: {reason!r}"
    return named[0]


def _place(path: tuple[str | int, ...]) -> str:
    """As a reason has it: `[1].cliente`, `[1]`, `cliente`, `body`."""
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[:2])
    return where.removeprefix(".") or "body"


def _unpacked(body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise UnreadableError("size", "body")
    packing = _packing(body)
    if not packing:
        return body
    inflating = zlib.decompressobj(zlib.MAX_WBITS + 16 * (packing == "gzip"))
    try:
        plain = inflating.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise UnreadableError("packing", packing) from None
    if len(plain) > MOST_BYTES:
        raise UnreadableError("size", packing)
    if not inflating.eof or inflating.unused_data:
        raise UnreadableError("packing", packing)
    if within := _packing(plain):
        raise UnreadableError("packing", within)
    return plain


def _packing(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":
        return "gzip"
    is_zlib = len(body) > 1 and body[0] & 0x8F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return "zlib" if is_zlib else ""


def _read(text: bytes) -> Any:
    def refuse(_: str) -> NoReturn:
        raise UnreadableError("json", "JSON")

    try:
        return json.loads(text.removeprefix(BOM).decode(), parse_constant=refuse)
    except RecursionError:
        raise UnreadableError("depth", "JSON") from None
    except UnicodeDecodeError:
        raise UnreadableError("utf8", "JSON") from None
    except json.JSONDecodeError as error:
        rule = "utf8" if error.doc.startswith("\ufeff") else "json"
        raise UnreadableError(rule, "JSON") from None
    except ValueError:  # of a number that is too long for int()
        raise UnreadableError("digits", "JSON") from None


def _beyond(event: dict[str, Any], header: object, app_id: str | None) -> Iterator[tuple[str, str]]:
    if any(_has_surrogate(name) for name in event):
        yield "surrogates", "body"
    evento, cliente = event.get("evento"), event.get("cliente")
    if isinstance(evento, str):
        yield from ((rule, "evento") for rule in _of_name(evento))
    if isinstance(cliente, str):
        yield from ((rule, "cliente") for rule in _of_name(cliente))
    elif cliente is None and not _names_a_client(app_id if header is None else header):
        yield "client", "cliente"
    given = event.get("timestamp")
    if isinstance(given, str) and not faults("event", {"timestamp": given}):
        yield from ((rule, "timestamp") for rule in _of_time(given))


def _of_name(given: str) -> Iterator[str]:
    if _has_surrogate(given):
        yield "surrogates"
    if not 1 <= len(unicodedata.normalize("NFC", given.strip())) <= 64:
        yield "name_length"


def _names_a_client(outside: object) -> bool:
    if not isinstance(outside, str) or list(_of_name(outside)):
        return False
    return not faults("event", {"cliente": outside})


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _of_time(given: str) -> Iterator[str]:
    """Of a text that the schema's pattern takes."""
    if given.endswith("\n"):
        yield "line_feed"
    parts = TIME.match(given)
    assert parts, f"the schema takes {given!r}"
    year, month, day, hour, minute, second, hours, minutes = (
        int(parts[name] or 0) for name in NUMBERS
    )
    fraction = Decimal(f"0.{parts['fraction'] or 0}") * 1_000_000
    microseconds = int(fraction.quantize(Decimal(1), ROUND_HALF_UP))
    too_late = hour == 24 and (minute or second or microseconds)
    if too_late or day > calendar.monthrange(year, month)[1]:
        yield "calendar"
        return
    days = datetime.date(year, month, day) - datetime.date(1970, 1, 1)
    offset = (hours * 60 + minutes) * (1 if parts["sign"] == "+" else -1)
    moment = days + datetime.timedelta(
        hours=hour, minutes=minute - offset, seconds=second, microseconds=microseconds
    )
    if not datetime.timedelta() <= moment < YEARS:
        yield "years"
