"""What a person is told at the end of a run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from carga.report.page import value
from carga.report.summary import Summary

SHOWN_DIFFERENCES = 10
ROWS = (
    ("scheduled", "programados"),
    ("confirmed", "confirmados"),
    ("counted", "contados"),
    ("confirmed per second", "tasa"),
    ("handed over late", "atrasados"),
    ("messages", "mensajes"),
)
LATENCIES = (("due to viewer", "latencia"), ("due to confirm", "confirmacion"))
SHOWN = ("p50", "p90", "p99", "p999", "max")


def result_text(summary: Summary, folder: Path | None) -> str:
    return "\n".join(_lines(summary, folder))


def _lines(summary: Summary, folder: Path | None) -> Iterable[str]:
    for label, metric in ROWS:
        yield f"{label:22}{value(summary, metric):>14}"
    yield f"{'':22}" + "".join(f"{name:>14}" for name in SHOWN)
    for label, metric in LATENCIES:
        figures = "".join(f"{value(summary, f'{metric}_{name}'):>14}" for name in SHOWN)
        yield f"{label:22}{figures}"
    yield f"{'due to viewer, mean':22}{value(summary, 'latencia_media'):>14}"
    for name, percent in summary.cpu.items():
        yield f"{'cost of ' + name:22}{f'{percent:.1f} %':>14} of a core"
    yield ""
    yield summary.frase
    yield from problems(summary)
    for each in summary.umbrales:
        mark = "✓" if each.cumplido else "✗"
        yield f"{mark} {each.umbral}: {value(summary, each.metrica)}"
    if folder:
        yield f"Report: {folder / 'reporte.html'}"


def problems(summary: Summary) -> Iterable[str]:
    """One sentence for each difference and each warning."""
    for difference in summary.diferencias[:SHOWN_DIFFERENCES]:
        yield f"  {difference.frase}"
    if (more := len(summary.diferencias) - SHOWN_DIFFERENCES) > 0:
        yield f"  … and {more:,} more in resumen.json"
    yield from (f"  note: {text}" for text in summary.avisos)
