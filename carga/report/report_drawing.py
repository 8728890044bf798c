"""`grafica.png`: the report's plots as a picture, by matplotlib, which not everybody has."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carga.report.svg_plot import DASHES, Plot

COLOURS = ("#0072b2", "#b84e00", "#007a5a", "#a8527f")
MISSING = (
    "grafica.png was not drawn: matplotlib is not installed here. "
    "`pip install matplotlib` brings it; reporte.html has the same plots."
)


def draw(plots: Sequence[Plot], title: str, path: Path) -> str | None:
    """Write the picture; return a sentence instead when there is nothing to draw it with."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of its caches of fonts
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return MISSING
    figure = Figure(figsize=(12, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    for axes, plot in zip(figure.subplots(2, 2).flat, plots, strict=True):
        _draw(axes, plot)
    figure.savefig(path, dpi=120)
    return None


def _draw(axes: Any, plot: Plot) -> None:
    axes.set_title(plot.title, loc="left", fontsize=11)
    axes.set_xlabel(plot.x_name)
    axes.set_ylabel(plot.y_name)
    axes.grid(color="#e6e9ed")
    for number, line in enumerate(plot.lines):
        x = [at for at, _ in line.points]
        y = [float("nan") if value is None else value for _, value in line.points]
        dashes = DASHES[number].split()
        style = "-" if dashes == ["none"] else (0, tuple(float(each) / 2 for each in dashes))
        axes.plot(x, y, color=COLOURS[number], label=line.label, linestyle=style, linewidth=1.5)
    for start, stop in plot.bands:
        axes.axvspan(start, stop, color="#c0341d", alpha=0.12, linewidth=0)
    if plot.log and any(value for line in plot.lines for _, value in line.points):
        axes.set_yscale("log")
    if plot.x_labels:
        axes.set_xticks([at for at, _ in plot.x_labels], [label for _, label in plot.x_labels])
    axes.legend(frameon=False, fontsize=9)
