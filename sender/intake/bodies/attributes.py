"""
Attributes of a CloudEvent, the same in whatever mode and by whichever SDK they came.

The binding has values of headers percent-encoded. The official SDKs of C# and Python 2 do so,
those of Go, Java, JavaScript and Python 1 write them as they are (cloudevents/spec#1397); and a
source is a URI, which may be encoded itself. So what is counted, and what makes an event's
identity, is free of percent-encoding.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import Headers

from comun.written_time import seconds_of_text
from events.client_name import MAX_LENGTH

COUNTED = ("specversion", "id", "source", "type", "time")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
HASH_LENGTH = 16  # hexadecimal digits: 64 bits
MOST_ROUNDS = 4  # nobody encodes more often; each round is a pass over the text


def of_headers(headers: Headers) -> dict[str, object]:
    """
    Return what is counted of an event in binary mode; other attributes may hold any bytes.

    Raises ValueError with a reason that begins with the attribute.
    """
    return {
        name: _decoded(name, headers[f"ce-{name}"]) for name in COUNTED if f"ce-{name}" in headers
    }


def _decoded(name: str, value: str) -> str:
    if quoted := QUOTED.fullmatch(value):
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    try:
        return unquote_to_bytes(_text_of(value)).decode()
    except UnicodeDecodeError:
        raise ValueError(f"{name}: no percent-encoded UTF-8") from None


def _text_of(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value  # bytes that are no UTF-8 are Latin-1: Node.js and others write headers so


def plain(text: str) -> str:
    """Return *text* without percent-encoding; with it where that would be no readable text."""
    for _ in range(MOST_ROUNDS):
        try:
            decoded = unquote_to_bytes(text).decode()
        except UnicodeError:
            break
        if decoded == text or CONTROL.search(decoded):
            break
        text = decoded
    return text


def short(source: str) -> str:
    """
    Return a source as the name of a client: of a longer one what fits, and a hash of all of it.

    Raises ValueError with a reason that begins with the attribute.
    """
    name = unicodedata.normalize("NFC", source).strip()
    if len(name) <= MAX_LENGTH:
        return source
    if CONTROL.search(name):
        raise ValueError("source: a name has no control characters")
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: MAX_LENGTH - HASH_LENGTH - 1]}…{digest}"


def moment(text: str) -> str:
    """Return a time as UTC to the millisecond, however it was spelled; as it is when it is none."""
    try:
        utc = datetime.datetime.fromtimestamp(seconds_of_text(text), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return text
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
