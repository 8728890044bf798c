"""The answer of `GET /reporte/historia` as a table (RFC 4180)."""

from __future__ import annotations

import asyncio
import csv
import datetime
import io
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import Any

from comun.wire_time import rfc3339

HEADER = ("hora", "grupo", "cliente", "evento", "eventos")
ROWS_A_PART = 2000  # a few ms; the loop has others to serve
# Where a spreadsheet may see a formula begin; names come from outside. A cell begins after a
# semicolon, too: the reader's region says what separates. The page's csv.js has the same rule.
FORMULA = re.compile("(?<![^;,|\t\r\n])(?=[ \t\r\n\"']*[=+\\-@＝＋－＠])|^(?=[\t\r\n])")

Row = tuple[str, str, str, str, int]


def rows(history: dict[str, Any]) -> Iterator[Row]:
    """One row for each step and series, by time; `grupo` is `serie`, or `otros` for the rest."""
    series = [("serie", *_names(one), one["puntos"]) for one in history["series"]]
    series.append(("otros", "", "", history["otros"]))
    for i, hora in enumerate(_hours(history)):
        for grupo, cliente, evento, points in series:
            yield hora, grupo, cliente, evento, points[i]


async def csv_parts(history: dict[str, Any]) -> AsyncIterator[str]:
    yield _lines([HEADER])
    todo = rows(history)
    while part := list(islice(todo, ROWS_A_PART)):
        yield _lines(part)
        await asyncio.sleep(0)


def _hours(history: dict[str, Any]) -> Iterable[str]:
    """When each step begins."""
    if "inicios" in history:
        begun: list[str] = history["inicios"]
        return begun
    start = datetime.datetime.fromisoformat(history["desde"]).timestamp()
    return (rfc3339(start + i * history["paso_s"]) for i in range(len(history["otros"])))


def _lines(part: list[Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(part)
    return text.getvalue()


def _names(series: dict[str, Any]) -> tuple[str, str]:
    return _safe(series["cliente"] or ""), _safe(series["evento"] or "")


def _safe(name: str) -> str:
    return FORMULA.sub("'", name)
