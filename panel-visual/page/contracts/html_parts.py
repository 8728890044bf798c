"""Pieces of a page of HTML, from the little Markdown that our documents have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

CODE = re.compile(r"`([^`]+)`")
ROOM = 100  # characters of a line of JSON


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """*rows* are HTML already."""
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    rows_of_it = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f"<div class='wide' tabindex='0'><table>{rows_of_it}</table></div>"


def prose(text: str) -> str:
    """Paragraphs and lists; what is in backticks is code."""
    blocks = [block for block in text.strip().split("\n\n") if block.strip()]
    return "".join(
        listed(block) if block.startswith("- ") else f"<p>{text_of(block)}</p>" for block in blocks
    )


def listed(block: str) -> str:
    return f"<ul>{''.join(f'<li>{text_of(item[2:])}</li>' for item in block.splitlines())}</ul>"


def text_of(text: str) -> str:
    """A line; what is in backticks is code."""
    return CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def compact(value: Any, indent: int = 0) -> str:
    """JSON in which whatever fits into a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) + indent <= ROOM:
        return flat
    begin, end = "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, dict):
        items = [f"{json.dumps(k)}: {compact(one, indent + 1)}" for k, one in value.items()]
    else:
        items = [compact(one, indent + 1) for one in value]
    between = ",\n" + " " * (indent + 1)
    return f"{begin}\n{' ' * (indent + 1)}{between.join(items)}\n{' ' * indent}{end}"
