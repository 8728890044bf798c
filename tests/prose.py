"""What a Markdown document says, in sentences, and what it points at. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCE = re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL)
NO_PROSE = re.compile(r"^(\||#|<!--|!\[)")
ITEM = re.compile(r"^(?:[-*]|\d+\.) +")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
CODE = re.compile(r"`[^`]+`")
END = re.compile(r"(?<=[.!?])[)\"*]*\s+(?=[\"*([`<]*[A-Z0-9`\[<*])")
"""A full stop ends a sentence where white space and a beginning follow: not within `4.0.5`."""


def without_blocks(text: str) -> str:
    return FENCE.sub("", text)


def blocks(text: str) -> Iterator[str]:
    """Each paragraph and each item of a list, on one line; no table, heading or code."""
    lines: list[str] = []
    for line in [*map(str.strip, without_blocks(text).splitlines()), ""]:
        ends = not line or NO_PROSE.match(line) or ITEM.match(line)
        if ends and lines:
            yield " ".join(lines)
            lines = []
        if line and not NO_PROSE.match(line):
            lines.append(ITEM.sub("", line))


def sentences(text: str) -> list[str]:
    """The sentences of *text*; what is in backticks stays as it is written."""
    return [s for block in blocks(text) for s in END.split(LINK.sub(r"\1", block)) if s]


def words(sentence: str) -> int:
    """How many words a reader reads: what is in backticks is one, a sign alone is none."""
    return sum(any(c.isalnum() for c in word) for word in CODE.sub("x", sentence).split())


def links(text: str) -> list[str]:
    """Where the links of *text* lead, outside blocks of code."""
    return [to for _, to in LINK.findall(without_blocks(text))]


def named(text: str) -> Iterator[str]:
    """Each word that stands in backticks, outside blocks of code."""
    for code in CODE.findall(without_blocks(text)):
        yield from code.strip("`").split()


def anchors(text: str) -> set[str]:
    """What a link may name behind `#`: the headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", LINK.sub(r"\1", h).lower()).replace(" ", "-") for h in headings}
