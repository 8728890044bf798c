"""What of a message's headers can be sent once more."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from pamqp import encode

CLIENT = "X-Client-Name"
MAX_BYTES = 120 * 1024  # with the other properties one frame, of RabbitMQ's usual 128 KB
MAX_LEVELS = 100
UNSENDABLE = (TypeError, ValueError, OverflowError, RecursionError, struct.error)
"""What pamqp raises for values that it can't encode, some of which it decodes."""


def sendable(headers: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """
    Return the headers without those that can't be encoded, or no longer fit, and their names.

    A client's name is never left out: without it the events would count for the app_id.
    """
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    room = MAX_BYTES
    for name in sorted(headers, key=lambda name: name != CLIENT):
        size = _size(name, headers[name])
        if size is None or size > room:
            left_out.append(name)
        else:
            kept[name] = headers[name]
            room -= size
    if CLIENT in left_out:
        kept[CLIENT] = True  # no name, like what it stands for
    return kept, left_out


def _size(name: str, value: Any) -> int | None:
    if not _within(MAX_LEVELS, value):
        return None
    try:
        return len(encode.field_table({name: value}))
    except UNSENDABLE:
        return None


def _within(levels: int, value: Any) -> bool:
    """Encoding takes stack for each level, and has less of it when the message is sent."""
    if isinstance(value, dict):
        return levels > 0 and all(_within(levels - 1, each) for each in value.values())
    return not isinstance(value, list) or (
        levels > 0 and all(_within(levels - 1, each) for each in value)
    )
