"""Which changes of a schema break somebody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.schema_changes import FREE, breaks
from tests.contracts.wire_schemas import ALIKE, subschemas

TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
NULLABLE = {"type": ["string", "null"]}


def object_of(required: list[str], /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def within(schema: dict[str, Any]) -> dict[str, Any]:
    """Deep in a message: what is found there is found anywhere."""
    listed = {"anyOf": [{"type": "array", "items": object_of(["a"], a=schema)}, {"type": "null"}]}
    return object_of(["x"], x={"description": "d", **listed})


NARROWED = [
    ("null", NULLABLE, TEXT),
    ("boolean", {"type": ["integer", "boolean"]}, {"type": "integer"}),
    ("number", {"type": "number"}, {"type": "integer"}),
    ("object", {"anyOf": [TEXT, object_of([], a=TEXT)]}, TEXT),
    ("anything", {"description": "anything"}, TEXT),
    ("smaller numbers", {"type": "integer"}, COUNT),
    ("smaller numbers", COUNT, {"type": "integer", "exclusiveMinimum": 0}),
    ("larger numbers", {"type": "number", "maximum": 9}, {"type": "number", "maximum": 8}),
    ("larger numbers", {"type": "number", "maximum": 9}, {"type": "number", "exclusiveMaximum": 9}),
    ("shorter texts", TEXT, {"type": "string", "minLength": 1}),
    ("longer texts", {"type": "string", "maxLength": 65}, {"type": "string", "maxLength": 64}),
    ("texts of another pattern", TEXT, {"type": "string", "pattern": "^a"}),
    ("texts of another format", TEXT, {"type": "string", "format": "date-time"}),
    ("fewer items", {"type": "array"}, {"type": "array", "minItems": 1}),
    ("more items", {"type": "array"}, {"type": "array", "maxItems": 5}),
    ("null", {"type": "array", "items": NULLABLE}, {"type": "array", "items": TEXT}),
    ("more fields", {"type": "object"}, {"type": "object", "maxProperties": 5}),
    ("longer texts", {"type": "object"}, {"type": "object", "propertyNames": {"maxLength": 64}}),
    ('"b"', {"enum": ["a", "b"]}, {"enum": ["a"]}),
    ("null", {"enum": ["a", None]}, {"enum": ["a"]}),
    ("any value", TEXT, {"enum": ["a"]}),
    ("its absence", object_of([], a=TEXT), object_of(["a"], a=TEXT)),
    ("anything", object_of([]), object_of([], a=TEXT)),
    ("anything", {"type": "object"}, {"type": "object", "additionalProperties": COUNT}),
    ("its presence", {"type": "object"}, {"type": "object", "additionalProperties": False}),
    ("its presence", object_of([], a=TEXT), {"type": "object", "additionalProperties": False}),
]  # fmt: skip
"""What the second schema refuses of the first."""


def test_every_keyword_is_compared() -> None:
    """Nothing that a schema may say is overlooked when it changes."""
    shown = {
        keyword for pair in NARROWED for _, part in subschemas(list(pair[1:])) for keyword in part
    }

    assert ALIKE - FREE - {"definitions"} <= shown


@pytest.mark.parametrize(("what", "wide", "narrow"), NARROWED)
def test_what_we_take_must_not_narrow(
    what: str, wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    """A sender who knows only the wide schema is refused by the narrow one; not so the reverse."""
    told = [t for t in breaks(within(wide), within(narrow), "received") if "refused" in t]

    assert f"{what}, refused now" in {sentence.partition(": ")[2] for sentence in told}
    assert all(sentence.startswith(".x[].a") for sentence in told)
    assert not [t for t in breaks(within(narrow), within(wide), "received") if "refused" in t]


@pytest.mark.parametrize(("what", "wide", "narrow"), NARROWED)
def test_what_we_send_must_not_widen(
    what: str, wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    """A reader who knows only the narrow schema meets what it is not ready for; not the reverse."""
    told = breaks(within(narrow), within(wide), "sent")

    assert f"{what}, which no reader expects" in {sentence.partition(": ")[2] for sentence in told}
    assert not [t for t in breaks(within(wide), within(narrow), "sent") if "expects" in t]


@pytest.mark.parametrize("direction", ["sent", "received"])
@pytest.mark.parametrize("inner", [TEXT, {"description": "anything"}])
def test_a_field_must_not_vanish(direction: Any, inner: dict[str, Any]) -> None:
    """Sent, it is missed; received, what it said is no longer heard."""
    old, new = within(object_of([], a=inner, b=TEXT)), within(object_of([], b=TEXT))

    assert ".x[].a.a: is gone" in breaks(old, new, direction)


@pytest.mark.parametrize("direction", ["sent", "received"])
def test_words_are_free(direction: Any) -> None:
    """Titles, descriptions, examples and the order of fields bind nobody."""
    old = within({"type": "string", "description": "a", "title": "A", "examples": ["x"]})

    assert breaks(old, within({"type": "string", "description": "b"}), direction) == []


def test_a_reader_ignores_what_is_new() -> None:
    """A field more in what we send is no break, nor is one that is always there now."""
    old = object_of([], a=TEXT)

    assert breaks(old, object_of(["a", "b"], a=TEXT, b=COUNT), "sent") == []


def test_a_sender_may_leave_out_what_is_new() -> None:
    """A field more in what we take is no break as long as it may hold anything."""
    old = object_of(["a"], a=TEXT)

    assert breaks(old, object_of(["a"], a=TEXT, b={"description": "anything"}), "received") == []
    assert breaks(old, object_of(["a", "b"], a=TEXT, b={}), "received") == [
        ".b: its absence, refused now"
    ]


def test_the_nearest_alternative_is_compared() -> None:
    """Where there are several forms, the one that fits best says what is wrong."""
    forms = [object_of(["a"], a=TEXT), object_of(["b"], b=TEXT)]
    wider = [*forms[:1], object_of(["b"], b={"type": ["string", "null"]})]

    assert breaks({"anyOf": forms}, {"anyOf": forms[::-1]}, "sent") == []
    assert breaks({"anyOf": forms}, {"anyOf": wider}, "sent") == [
        ".b: null, which no reader expects"
    ]
