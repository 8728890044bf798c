"""
Property decoding that never ends the connection.

pamqp decodes a message's properties before any of our code sees it. A short string that is not
UTF-8, a timestamp past the year 9999 or an unreadable header table raises in the reader, which
ends the connection; the message is redelivered, and so on for ever. RabbitMQ accepts all of
these from any publisher. So three of pamqp's decoders are replaced (pamqp is pinned for that).

Nor does pamqp encode all that it decodes: a long string that is not UTF-8, and a double that no
float holds. Both may have to be sent again, so one of its encoders is replaced too.
"""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Callable
from typing import Any

from pamqp import decode, encode

from decoding.undecoded_text import UndecodedText

_encoded_by_pamqp = encode.encode_table_value
UNREADABLE = "x-pulso-unreadable-headers"
"""The only key of a header table that could not be read."""


def install() -> None:
    """Replace pamqp's decoders and its encoder of table values in this process."""
    encode.encode_table_value = table_value
    decode.METHODS["shortstr"] = short_string
    for mapping, key, decoder in (
        (decode.METHODS, "timestamp", timestamp),
        (decode.METHODS, "table", table),
        (decode.TABLE_MAPPING, b"T", timestamp),
        (decode.TABLE_MAPPING, b"F", table),
    ):
        _replace(mapping, key, decoder)


def _replace(mapping: dict[Any, Any], key: object, decoder: Callable[[bytes], object]) -> None:
    mapping[key] = decoder


def short_string(value: bytes) -> tuple[int, str]:
    end = value[0] + 1
    return end, text(value[1:end])


def text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return UndecodedText(value)


def timestamp(value: bytes) -> tuple[int, datetime.datetime | None]:
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None


def table(value: bytes) -> tuple[int, dict[str, Any]]:
    (length,) = struct.unpack(">I", value[:4])
    try:
        return decode.field_table(value[: length + 4])
    except (ValueError, RecursionError, struct.error, IndexError):
        return length + 4, {UNREADABLE: True}


def table_value(value: Any) -> bytes:
    if isinstance(value, bytes):
        return b"S" + struct.pack(">I", len(value)) + value
    if isinstance(value, float) and not _fits_float(value):
        return b"d" + encode.double(value)
    return _encoded_by_pamqp(value)


def _fits_float(value: float) -> bool:
    try:
        (single,) = struct.unpack(">f", struct.pack(">f", value))
    except OverflowError:
        return False
    return bool(single == value) or math.isnan(value)
