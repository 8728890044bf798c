"""The schemas of contracts/, read by both drafts for which they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7, DRAFT202012

EXAMPLES_FOLDER = Path(__file__).parent
CONTRACTS = Path(__file__).parents[2] / "contracts"
SCHEMAS = CONTRACTS / "schemas"
SUFFIX = ".schema.json"
DRAFTS = ((Draft7Validator, DRAFT7), (Draft202012Validator, DRAFT202012))
BY_NAME = ("properties", "definitions")
NO_SCHEMAS = ("examples", "enum", "required")

ALIKE = {
    *("type", "enum", "anyOf", "pattern", "format", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("items", "minItems", "maxItems"),
    *("properties", "required", "additionalProperties", "propertyNames", "maxProperties"),
    *("title", "description", "examples", "$id", "definitions", "x-version", "x-direction"),
}
"""Keywords that draft-07 and 2020-12 read alike, as long as `items` is one schema."""

Document = dict[str, Any]


@cache
def documents() -> dict[str, Document]:
    """Every file of contracts/schemas by its name, the common parts too."""
    return {path.name: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))}


def names() -> list[str]:
    return [name.removesuffix(SUFFIX) for name in documents() if name.endswith(SUFFIX)]


def schema(name: str) -> Document:
    return documents()[name + SUFFIX]


def example(name: str) -> Any:
    """The file of that name beside this one, which tests of producers and consumers read."""
    return json.loads((EXAMPLES_FOLDER / f"{name}.json").read_text())


def valid(name: str, value: Any) -> None:
    """Raises AssertionError unless *value*, or the JSON in its bytes, is a message *name*."""
    _check(name, value, closed=False)


def sent(name: str, value: Any) -> None:
    """As `valid`; and nothing may be in it that the schema does not describe."""
    _check(name, value, closed=True)


def faults(name: str, value: Any) -> set[tuple[str | int, ...]]:
    """Where *value* is no message *name*; nothing when it is one. Both drafts must agree."""
    draft7, draft2020 = (
        {tuple(error.absolute_path) for error in validator.iter_errors(value)}
        for validator in _validators(name, closed=False)
    )
    assert draft7 == draft2020, f"the drafts read {name} differently: {draft7}, {draft2020}"
    return draft7


def subschemas(value: object, where: str = "") -> Iterator[tuple[str, Document]]:
    """Every schema within a document, itself too, with its place."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from subschemas(inner, f"{where}/{index}")
    if not isinstance(value, dict):
        return
    yield where, value
    for keyword, inner in value.items():
        if keyword in BY_NAME:
            for name, part in inner.items():
                yield from subschemas(part, f"{where}/{keyword}/{name}")
        elif keyword not in NO_SCHEMAS:
            yield from subschemas(inner, f"{where}/{keyword}")


def _check(name: str, value: Any, closed: bool) -> None:
    if isinstance(value, bytes | str):
        value = json.loads(value)
    for validator in _validators(name, closed):
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"no {name} by {type(validator).__name__}: {errors}"


@cache
def _validators(name: str, closed: bool) -> list[Validator]:
    """One of draft-07, one of 2020-12; both look at formats."""
    found = _closed() if closed else documents()
    return [
        draft(
            found[name + SUFFIX],
            registry=Registry().with_resources(
                (file, Resource.from_contents(document, default_specification=specification))
                for file, document in found.items()
            ),
            format_checker=draft.FORMAT_CHECKER,
        )
        for draft, specification in DRAFTS
    ]


@cache
def _closed() -> dict[str, Document]:
    """The schemas without room for properties that they do not describe."""
    copies: dict[str, Document] = json.loads(json.dumps(documents()))
    for document in copies.values():
        for _, part in subschemas(document):
            if "properties" in part:
                part["additionalProperties"] = False
    return copies
