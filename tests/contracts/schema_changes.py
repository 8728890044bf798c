"""
What a change of a schema breaks, for who knows only the one before. No I/O.

What we send may become narrower: a reader is ready for more than it gets then. What we take may
become wider. So both are one question: which values does the one schema allow that the other does
not? It is answered for the keywords that contracts/ uses, and on the safe side: of patterns only
that they are equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

Schema = Mapping[str, Any]
Direction = Literal["sent", "received"]

FREE = {"title", "description", "examples", "$id", "x-version", "x-direction"}
LEAST = {"minLength": "shorter texts", "minItems": "fewer items", "minimum": "smaller numbers"}
MOST = {
    "maxLength": "longer texts",
    "maxItems": "more items",
    "maxProperties": "more fields",
    "maximum": "larger numbers",
}
SAME = {"pattern": "texts of another pattern", "format": "texts of another format"}


class Excess(NamedTuple):
    """At *place* something is allowed that is not where it is compared with."""

    place: str
    what: str


def breaks(old: Schema, new: Schema, direction: Direction) -> list[str]:
    """Sentences, none for a change that whoever knows only *old* need not notice."""
    if direction == "sent":
        told = [f"{e.place or 'it'}: {e.what}, which no reader expects" for e in excess(old, new)]
    else:
        told = [f"{e.place or 'it'}: {e.what}, refused now" for e in excess(new, old)]
    gone = [place for place in fields(old) if place not in set(fields(new))]
    return [*dict.fromkeys(told), *(f"{place}: is gone" for place in gone)]


def fields(schema: Schema, place: str = "") -> Iterator[str]:
    """Each property that a schema describes, by its place."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}.{name}"
        yield from fields(inner, f"{place}.{name}")
    for keyword, step in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(schema.get(keyword), dict):
            yield from fields(schema[keyword], place + step)
    for inner in schema.get("anyOf", ()):
        yield from fields(inner, place)


def excess(base: Schema, other: Schema, place: str = "") -> Iterator[Excess]:
    """What *other* allows and *base* does not."""
    if _says_nothing(base):
        return
    if _says_nothing(other):
        yield Excess(place, "anything")
        return
    known = list(_alternatives(base))
    for one in _alternatives(other):
        reasons = [list(_excess_of_one(two, one, place)) for two in known if _covers(two, one)]
        if not reasons:
            yield Excess(place, one["type"])
        else:
            yield from min(reasons, key=len)


def _says_nothing(schema: Schema) -> bool:
    return not schema.keys() - FREE


def _alternatives(schema: Schema) -> Iterator[dict[str, Any]]:
    """The same as schemas of one type each."""
    if "anyOf" in schema:
        for inner in schema["anyOf"]:
            yield from _alternatives(inner)
        return
    if "enum" in schema:
        for value in schema["enum"]:
            yield {"type": _type_of(value), "enum": [value]}
        return
    given = schema["type"]
    for kind in [given] if isinstance(given, str) else given:
        yield {**schema, "type": kind}


def _type_of(value: object) -> str:
    kinds = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return kinds[type(value)]


def _covers(base: Schema, other: Schema) -> bool:
    return other["type"] == base["type"] or (base["type"], other["type"]) == ("number", "integer")


def _excess_of_one(base: Schema, other: Schema, place: str) -> Iterator[Excess]:
    """Both have one type, the same."""
    if "enum" in base:
        if base["enum"] != other.get("enum"):
            values = json.dumps(other["enum"][0]) if "enum" in other else "any value"
            yield Excess(place, values)
        return
    if "enum" in other:
        return
    yield from _beyond_bounds(base, other, place)
    match other["type"]:
        case "array":
            yield from excess(base.get("items", {}), other.get("items", {}), f"{place}[]")
        case "object":
            yield from _excess_of_object(base, other, place)


def _beyond_bounds(base: Schema, other: Schema, place: str) -> Iterator[Excess]:
    for keyword, what in LEAST.items():
        if _bound(other, keyword, -1) < _bound(base, keyword, -1):
            yield Excess(place, what)
    for keyword, what in MOST.items():
        if _bound(other, keyword, 1) > _bound(base, keyword, 1):
            yield Excess(place, what)
    for keyword, what in SAME.items():
        if keyword in base and base[keyword] != other.get(keyword):
            yield Excess(place, what)


def _bound(schema: Schema, keyword: str, side: int) -> tuple[float, int]:
    """Of two equal bounds the exclusive one is inside."""
    exclusive = f"exclusiveM{keyword[1:]}"
    if exclusive in schema:
        return schema[exclusive], -side
    return schema.get(keyword, side * float("inf")), 0


def _excess_of_object(base: Schema, other: Schema, place: str) -> Iterator[Excess]:
    for name in base.get("required", ()):
        if name not in other.get("required", ()):
            yield Excess(f"{place}.{name}", "its absence")
    for name in dict.fromkeys([*base.get("properties", {}), *other.get("properties", {})]):
        allowed = _of_field(other, name)
        if allowed is not False:
            inside = _of_field(base, name)
            if inside is False:
                yield Excess(f"{place}.{name}", "its presence")
            else:
                yield from excess(inside, allowed, f"{place}.{name}")
    yield from _excess_of_other_fields(base, other, place)
    known, allowed = ({"type": "string", **each.get("propertyNames", {})} for each in (base, other))
    yield from excess(known, allowed, f"{place}.* by its name")


def _excess_of_other_fields(base: Schema, other: Schema, place: str) -> Iterator[Excess]:
    known, allowed = (each.get("additionalProperties", {}) for each in (base, other))
    if known is False and allowed is not False:
        yield Excess(f"{place}.*", "its presence")
    elif known is not False and allowed is not False:
        yield from excess(known, allowed, f"{place}.*")


def _of_field(schema: Schema, name: str) -> Any:
    """What a field of that name may hold, False where there may be none."""
    return schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
