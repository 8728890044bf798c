"""What was probably meant by a field that is not looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

INSTEAD_OF = {"evento": ("event", "type"), "cliente": ("client",)}


def hint_of(event: bytes) -> str | None:
    """
    Return why an event that is counted may not be counted as it was meant; mostly None.

    It begins with the field, as a reason does.
    """
    if b'"event"' not in event and b'"type"' not in event:
        return None
    try:
        given = json.loads(event)
    except (ValueError, RecursionError):  # a number of 5,000 digits, say, where nobody looks
        return None
    if given.get("evento") is not None:
        return None
    written = meant_by(given, "evento")
    return written and f"evento: not given, so it counts as 'evento'; {written}"


def meant_by(given: Mapping[str, Any], field: str) -> str | None:
    """Return which of its fields was probably meant as *field*."""
    for name in INSTEAD_OF[field]:
        if isinstance(given.get(name), str):
            return f"the body has {name!r}, is {field!r} meant?"
    return None
