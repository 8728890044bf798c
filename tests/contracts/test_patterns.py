"""The patterns of the schemas mean the same to other languages' regular expressions."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.contracts.wire_schemas import documents, example, subschemas
from tests.stack import NODE

PATTERNS = sorted(
    {
        part["pattern"]
        for document in documents().values()
        for _, part in subschemas(document)
        if "pattern" in part
    }
)
BODIES = json.dumps(example("evento"))
TEXTS = [
    *re.findall(r'"timestamp\\?": \\?"([^"\\]*)', BODIES),
    *("a", " a ", "\ta\r", "\x85a\xa0", "\u3000 ñ \u2003x", "\u200b", "\ufeff", "\x7fa", "a\x9fb"),
    *("", " ", "\x00", "a\x00", "\x1fa\x1f", "a\nb", "\u2028", "e\u0301", "\U0001f600" * 64),
    *("x" * 256, "x" * 257, "%", "%\x00", "2026-11-24T07:00:00\u22120530", "2026-11-24T07:00Z"),
]
SCRIPT = """
const {patterns, texts, flags} = JSON.parse(require("fs").readFileSync(0));
const found = patterns.map((p) => texts.map((t) => new RegExp(p, flags).test(t)));
console.log(JSON.stringify(found));
"""


@pytest.mark.parametrize("flags", ["u", ""])
def test_javascript_reads_them_alike(flags: str) -> None:
    """With the flag that JSON Schema asks for, and without it as older validators do."""
    given = {"patterns": PATTERNS, "texts": TEXTS, "flags": flags}
    said = subprocess.run(
        [NODE, "-e", SCRIPT], input=json.dumps(given), text=True, capture_output=True, check=True
    ).stdout

    here = [[bool(re.search(pattern, text)) for text in TEXTS] for pattern in PATTERNS]
    assert json.loads(said) == here
    assert {True, False} == {verdict for verdicts in here for verdict in verdicts}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_engine_lacks_what_they_use(pattern: str) -> None:
    """RE2 has no look-around and no references back, and repeats at most 1,000 times."""
    assert not re.search(r"\(\?[^:]|\\[1-9kbBpPdDwWsSuU]", pattern)
    assert all(int(n) <= 1000 for n in re.findall(r"\{\d*,?(\d+)\}", pattern))
    assert pattern == "Z$" or re.match(r"(%\|)?\^", pattern)
