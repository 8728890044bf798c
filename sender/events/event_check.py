"""
One event, checked before it is published, by the rules by which the analytics counts it.

A message is counted whole or rejected whole, so a bad event must not get into a batch: it would
take its neighbours along. tests/contracts/evento.json holds both sides to the same rules.
"""

from __future__ import annotations

import codecs
import json
import math
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from comun.written_time import seconds_of_text
from events.client_name import client_name
from events.field_hints import meant_by

MAX_EVENT = 1024 * 1024  # bytes; the analytics and the broker take no larger message
MAX_DEPTH = 100  # of arrays and objects; so that a place in a batch is never one level too deep
END_OF_YEAR_9999 = 253_402_300_800
MILLISECONDS_FROM = 1e11
WHITESPACE = b" \t\r\n"  # JSON's; bytes.strip() alone takes more


Timestamp = str | int | float


class _Tolerant(msgspec.Struct):
    cliente: str | None = None
    evento: str | None = None
    timestamp: Timestamp | None = None


class _Strict(_Tolerant, forbid_unknown_fields=True):
    metadata: Any = None


_FAST = msgspec.json.Decoder(_Strict)


def check(raw: bytes | object, default_client: str | None = None) -> bytes:
    """
    Return the event as bytes that the analytics will count, with its client named in them.

    *raw* is the JSON text of one object as bytes, or a Python value to be encoded. The text comes
    back as it was given, without what `trimmed` leaves out; when it names no client,
    *default_client* is added. The same input always gives the same bytes. Raises ValueError with a
    reason that begins with the field: `timestamp: …`, or `JSON: …`, or `body: …`.
    """
    text = bytes(raw) if isinstance(raw, bytes | bytearray | memoryview) else _encoded(raw)
    text = trimmed(text)
    _check_size(text)
    event = _parse(text)
    if event.evento is not None:
        _name("evento", event.evento)
    _check_time(event.timestamp)
    if event.cliente is not None:
        _name("cliente", event.cliente)
        return text
    if default_client is None:
        written = meant_by(_loaded(text), "cliente")
        raise ValueError(f"cliente: missing; {written}" if written else "cliente: missing")
    text = _with_client(text, _name("cliente", default_client))
    _check_size(text)
    return text


def trimmed(text: bytes) -> bytes:
    """Return JSON without the byte order mark with which it may begin, and without white space."""
    return text.removeprefix(codecs.BOM_UTF8).strip(WHITESPACE)


def _encoded(value: object) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"JSON: {error}") from None


def _check_size(text: bytes) -> None:
    if len(text) > MAX_EVENT:
        raise ValueError(f"body: {len(text)} bytes, at most {MAX_EVENT}")


def _parse(text: bytes) -> _Strict | _Tolerant:
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH:
        _check_depth(_loaded(text))
    try:
        return _FAST.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    # Slower, and exact where msgspec is not: see the analytics' decoding/event_decoding.py.
    try:
        return msgspec.convert(_loaded(text), _Tolerant)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise ValueError(_reason(str(error))) from None


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("JSON: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"JSON: {json_reason(error)}") from None


class _ConstantError(ValueError):
    """NaN or an infinity, which json.loads takes and JSON doesn't have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(f"{name} is not JSON")


def json_reason(error: ValueError) -> str:
    """Why it can't be read. Of a long number, json.loads says only how to change Python."""
    if type(error) is ValueError:  # from int()
        return f"a whole number of over {sys.get_int_max_str_digits()} digits"
    return str(error)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    if any(isinstance(value, dict | list) for value in level):
        raise ValueError(f"JSON: nested too deeply, at most {MAX_DEPTH} arrays and objects")


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _reason(error: str) -> str:
    what, _, path = error.partition(" - at `$")
    where = path.rstrip("`").removeprefix(".") or "body"
    return f"{where}: {what}"


@lru_cache(maxsize=4096)
def _checked_name(field: str, given: str) -> str:
    try:
        return client_name(given)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def _name(field: str, given: str) -> str:
    # Only short strings are cached: padding must not fill the memory.
    check_name = _checked_name if len(given) <= 256 else _checked_name.__wrapped__
    return check_name(field, given)


def _check_time(given: Timestamp | None) -> None:
    if given is None:
        return
    try:
        seconds = seconds_of_text(given) if isinstance(given, str) else _from_number(given)
    except ValueError as error:
        raise ValueError(f"timestamp: {error}") from None
    if not 0 <= seconds < END_OF_YEAR_9999:
        raise ValueError("timestamp: not within the years 1970 to 9999")


def _from_number(given: float) -> float:
    if given < 0:
        return -math.inf  # a whole number of any length, which no float may hold
    if given < MILLISECONDS_FROM:
        return float(given)
    return given / 1000 if given < END_OF_YEAR_9999 * 1000 else math.inf


def _with_client(text: bytes, client: str) -> bytes:
    """At the end, where it holds even against a `"cliente": null` before it."""
    name = msgspec.json.encode(client)
    fields = text[:-1].rstrip(WHITESPACE)
    comma = b"" if fields == b"{" else b","
    return b"".join((fields, comma, b'"cliente":', name, b"}"))
