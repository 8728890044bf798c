"""contracts/asyncapi.json by itself: whether tools can read it, and a person what is its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from tests.contracts.asyncapi_document import PATH, document, extensions, read

VENDOR = Path(__file__).parent / "vendor"
README = PATH.with_name("README.md").read_text()
SECTION = README[README.index("## asyncapi.json") :]


def test_it_is_asyncapi() -> None:
    """The standard's own JSON Schema takes it (`make lint` asks the standard's parser, too)."""
    official = Draft7Validator(json.loads((VENDOR / "asyncapi-3.0.0.json").read_text()))

    assert [error.json_path for error in official.iter_errors(read(PATH))] == []
    for schema in document()["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_the_schema_of_others_is_as_it_was_published() -> None:
    """Each file is the one whose checksum was noted when it came."""
    noted = [line.split() for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]

    assert {name for _, name in noted} >= {"asyncapi-3.0.0.json", "asyncapi.LICENSE.txt"}
    for checksum, name in noted:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == checksum, name


def test_it_needs_nothing_from_elsewhere() -> None:
    """What it refers to lies in contracts/."""
    outside = [ref for ref in references(read(PATH)) if not re.match(r"#/|schemas/[a-z_.]+$", ref)]

    assert outside == []
    assert document()["channels"]["panel"]["messages"]["change"]["payload"]["type"] == "object"


def test_every_field_of_our_own_is_explained() -> None:
    """A field that begins with x- stands in the table of contracts/README.md, and no other does."""
    told = set(re.findall(r"^\| `(x-[a-z-]+)`", SECTION, re.MULTILINE))

    assert told == extensions(read(PATH))


def test_every_message_is_sent_or_received() -> None:
    """No operation is without a channel's message, and none of the page's is left out."""
    operations = document()["operations"].values()
    named = {message["name"] for each in operations for message in each["messages"]}

    assert named == {message["name"] for message in document()["components"]["messages"].values()}
    for tipo in ("instantanea", "cambio", "latido"):
        (payload,) = (
            message["payload"]
            for message in document()["channels"]["panel"]["messages"].values()
            if message["name"] == tipo
        )
        assert payload["properties"]["tipo"]["enum"] == [tipo]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
