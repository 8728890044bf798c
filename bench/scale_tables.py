"""Figures as they stand in this repository's documents: in tables, and in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, str]


def rows(file: str, column: str) -> list[Row]:
    """Those of the first table of *file* that has *column*; a name's second column is `name 2`."""
    return next(table for table in _tables(read(file)) if table and column in table[0])


def row(file: str, column: str, of: Mapping[str, str]) -> Row:
    """The one row of that table with these cells. Raises ValueError when there is not one."""
    (one,) = [each for each in rows(file, column) if of.items() <= each.items()]
    return one


def sentence(file: str, pattern: str) -> list[float]:
    """The numbers of a sentence. Raises ValueError when it is not there, or twice."""
    (hit,) = re.finditer(pattern, read(file))
    return [number(each) for each in hit.groups()]


def number(cell: str) -> float:
    """The first number of a cell: a median stands before its range."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", cell)
    if not found:
        raise ValueError(f"no number: {cell!r}")
    return float(found[0].replace(",", ""))


def read(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def _tables(text: str) -> Iterator[list[Row]]:
    head: list[str] = []
    table: list[Row] = []
    for line in [*text.splitlines(), ""]:
        if not line.startswith("|"):
            yield table
            head, table = [], []
        elif not head:
            head = _named_once(_cells(line))
        elif not set(line) <= set("|- :"):
            table.append(dict(zip(head, _cells(line), strict=False)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _named_once(names: list[str]) -> list[str]:
    return [f"{name} 2" if name in names[:n] else name for n, name in enumerate(names)]
