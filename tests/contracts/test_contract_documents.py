"""What documents say of messages is what the schemas say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.wire_schemas import CONTRACTS, names, schema, sent, valid

ROOT = CONTRACTS.parent
DOCUMENTS = sorted({
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "contracts/*.md", "*/*/*.md", "[a-z]*/*.md")
    for path in ROOT.glob(pattern)
    if not {"node_modules", ".venv", ".run"} & set(path.parts)
})  # fmt: skip
BLOCK = re.compile(
    r"(?:^<!-- message: (\w+) -->\n+)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
INLINE = re.compile(r"`([{\[][^`]*[}\]])`")
QUOTED = re.compile(r"'([{\[].*?[}\]])'")
README = (CONTRACTS / "README.md").read_text()


def parsed(text: str) -> Any:
    """The object or array that a text is; None for anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) and value else None


def is_message(name: str, value: object) -> bool:
    try:
        (valid if schema(name)["x-direction"] == "received" else sent)(name, value)
    except AssertionError:
        return False
    return True


def outside_blocks(text: str) -> Iterator[str]:
    """JSON that stands in a line, or in quotes within a command."""
    for _, language, block in BLOCK.findall(text):
        if language != "json":
            yield from QUOTED.findall(block)
    yield from INLINE.findall(BLOCK.sub("", text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_each_block_of_json_is_a_message(document: Path) -> None:
    """A comment before it says of which schema; none is left out, and none is called otherwise."""
    for name, language, block in BLOCK.findall((ROOT / document).read_text()):
        if language == "json":
            assert name, f"<!-- message: … --> is missing before {block[:60]!r}"
            assert is_message(name, json.loads(block)), f"no {name}: {block[:60]!r}"
        else:
            assert parsed(block) is None, f"JSON under another name: {block[:60]!r}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_json_in_a_line_is_a_message(document: Path) -> None:
    """Of any schema; in a command it is an event."""
    for text in outside_blocks((ROOT / document).read_text()):
        value = parsed(text)
        assert value is None or any(is_message(name, value) for name in names()), text


def test_what_is_no_message_is_seen() -> None:
    """A block without its comment, of another schema or another name, and JSON in a command."""
    text = (
        '<!-- message: event -->\n\n```json\n{"cliente": 7}\n```\n'
        '```json\n{}\n```\n```\n{"a": 1}\n```\n'
        '```sh\ncurl -d \'{"evento":7}\' x\n```\nsays `{"a": 1}`.\n'
    )

    assert [(name, language) for name, language, _ in BLOCK.findall(text)] == [
        ("event", "json"), ("", "json"), ("", ""), ("", "sh")
    ]  # fmt: skip
    assert list(outside_blocks(text)) == ['{"evento":7}', '{"a": 1}']
    assert not is_message("event", {"cliente": 7})
    assert not is_message("report", {})


def rows(heading: str, text: str = README) -> list[list[str]]:
    """The cells of the tables under a heading."""
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in lines]


def test_the_table_has_every_message() -> None:
    """With its direction."""
    listed = {
        name: direction
        for cell, direction, _ in rows("The messages")
        for name in re.findall(r"`(\w+)`", cell)
    }

    assert listed == {name: schema(name)["x-direction"] for name in names()}


def test_the_tables_have_every_rule() -> None:
    """As rules.json says it."""
    rules = json.loads((CONTRACTS / "rules.json").read_text())
    stated = [
        [f"`{rule['rule']}`", ", ".join(f"`{name}`" for name in rule["names"]), rule["says"]]
        for rule in (*rules["message"], *rules["intake"])
    ]

    assert rows("What no schema can say") == stated
