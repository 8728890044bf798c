"""contracts/asyncapi.json, with everything that it refers to in its place."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[2] / "contracts" / "asyncapi.json"
Object = dict[str, Any]


@cache
def document() -> Object:
    """Without any `$ref`: nothing in it refers to what it is part of."""
    found: Object = inlined(read(PATH), PATH)
    return found


@cache
def read(path: Path) -> Any:
    return json.loads(path.read_text())


def inlined(value: Any, home: Path) -> Any:
    """*value*, which stands in the file *home*, with what it refers to."""
    if isinstance(value, list):
        return [inlined(each, home) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(reference := value.get("$ref"), str):
        name, _, pointer = reference.partition("#")
        there = home.parent / name if name else home
        return inlined(at(read(there), pointer), there)
    return {key: inlined(each, home) for key, each in value.items()}


def at(value: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) leads to."""
    for step in pointer.split("/")[1:]:
        value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


def channel(name: str) -> Object:
    found: Object = document()["channels"][name]
    return found


def published(name: str) -> Object:
    """A field of what is published: `x-properties`, `x-identity` and the like."""
    found: Object = channel("events")["messages"]["event"]["traits"][0][name]
    return found


def exchanges() -> dict[str, Object]:
    """Every exchange, as its binding has it, by its name."""
    return _bound("exchange")


def queues() -> dict[str, Object]:
    return _bound("queue")


def _bound(kind: str) -> dict[str, Object]:
    bindings = [
        each.get("bindings", {}).get("amqp", {}) for each in document()["channels"].values()
    ]
    return {each[kind]["name"]: each[kind] for each in bindings if kind in each}


def extensions(value: Any, named_by_us: bool = False) -> set[str]:
    """The names of all fields `x-…`, none of those within their values or of a message's fields."""
    if isinstance(value, list):
        return {name for each in value for name in extensions(each)}
    if not isinstance(value, dict):
        return set()
    own = set() if named_by_us else {name for name in value if name.startswith("x-")}
    return own.union(
        *(extensions(each, name == "properties") for name, each in value.items() if name not in own)
    )
