"""Writes what a run leaves: `reporte-carga/<time>/`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import msgspec

from carga.figures.numbers import RunNumbers
from carga.figures.series import as_csv, rows
from carga.report.page import page
from carga.report.plots import plots
from carga.report.summary import SCHEMA, Summary

SUMMARY = "resumen.json"


def encoded(summary: Summary) -> str:
    return msgspec.json.format(msgspec.json.encode(summary), indent=1).decode() + "\n"


def schema() -> str:
    """The JSON Schema of resumen.json."""
    return json.dumps(msgspec.json.schema(Summary), indent=1, ensure_ascii=False) + "\n"


def unwritable(root: Path) -> str | None:
    """Say why no report can be written below *root*, which is better known before a run."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            return None
    except OSError as error:
        return f"{root} can't be written ({error.strerror}): name another folder with --salida"


def write_report(root: Path, summary: Summary, numbers: RunNumbers) -> Path:
    """
    Write everything into a new folder below *root*, named by the run's start (UTC).

    Return the folder. Raises OSError when it can't be written.
    """
    folder = _fresh(root, summary.inicio[:19].replace(":", "-"))
    series = rows(numbers)
    drawn = plots(series, numbers.latency.distribution(), numbers.confirms.distribution())
    _write(folder / SUMMARY, encoded(summary))
    _write(folder / SCHEMA, schema())
    _write(folder / "serie.csv", as_csv(series))
    _write(folder / "reporte.html", page(summary, series, drawn))
    return folder


def _fresh(root: Path, name: str) -> Path:
    for number in range(1, 1000):
        folder = root / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"{root / name} exists a thousand times")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
