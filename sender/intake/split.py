from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus

import msgspec

from events.event_check import json_reason, trimmed
from intake.access.problem import ProblemError, bad_request

MOST_EVENTS = 10_000  # of an array: an event that names no client grows by its name
BLANK = re.compile(r"[ \t\r\n]*")
BETWEEN = re.compile(r"(?:[ \t\r]|\n\ufeff?)*")  # objects: a line may begin with a byte order mark
NEXT_OBJECT = re.compile(rb"}[ \t\r\n]*(?:{|\xef\xbb\xbf)")  # within one, only in a string


def split(body: bytes) -> list[bytes]:
    """
    Return the text of an array's items, unread; or of objects one after another, mostly one.

    Raises ProblemError: 400 or 413.
    """
    text = trimmed(body)
    if not text:
        raise bad_request("body: empty, no JSON; send an event, or an array of events")
    items = _items(text) if text.startswith(b"[") else _objects(text)
    if not items:
        raise bad_request("body: an empty array; send at least one event")
    if len(items) > MOST_EVENTS:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"body: {len(items)} events, a request has at most {MOST_EVENTS};"
            " send application/x-ndjson, or several requests",
        )
    return items


def _objects(text: bytes) -> list[bytes]:
    """Log shippers send lines, or objects with nothing between them, and call that JSON."""
    if not NEXT_OBJECT.search(text):
        return [text]
    return _exact(_scanned_objects, text)


def _items(text: bytes) -> list[bytes]:
    try:
        return [bytes(item) for item in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    # Slower, and exact where msgspec is not: it would refuse the whole for a lone surrogate in
    # one event, which is for that event to answer for.
    return _exact(_scanned, text)


def _exact(scan: Callable[[str], list[bytes]], text: bytes) -> list[bytes]:
    try:
        return scan(text.decode())
    except RecursionError:
        raise bad_request("JSON: nested too deeply") from None
    except ValueError as error:
        raise bad_request(f"JSON: {json_reason(error)}") from None


def _scanned(text: str) -> list[bytes]:
    scan = json.JSONDecoder().raw_decode
    items: list[bytes] = []
    at, end = _past_blank(text, 1), len(text) - 1
    while text[at : at + 1] != "]" or items:
        start = at
        _, at = scan(text, start)
        items.append(text[start:at].encode())
        at = _past_blank(text, at)
        if text[at : at + 1] != ",":
            break
        at = _past_blank(text, at + 1)
    if at != end or text[at] != "]":
        raise json.JSONDecodeError("Expecting ',' or the end of the array", text, at)
    return items


def _scanned_objects(text: str) -> list[bytes]:
    scan = json.JSONDecoder().raw_decode
    items: list[bytes] = []
    at = 0
    while at < len(text):
        start = at
        _, at = scan(text, start)
        items.append(text[start:at].encode())
        at = _past(BETWEEN, text, at)
    return items


def _past_blank(text: str, at: int) -> int:
    return _past(BLANK, text, at)


def _past(gap: re.Pattern[str], text: str, at: int) -> int:
    found = gap.match(text, at)
    return found.end() if found else at
