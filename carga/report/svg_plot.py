"""Line plots as SVG text: colours come from the page (`--s0` …), so one drawing fits any theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from carga.report.plot_scales import Scale, log_floor, short

WIDTH, HEIGHT = 520, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 36, 36
DASHES = ("none", "7 3", "2 3", "10 3 2 3")

XY = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """None is a gap: nothing is drawn where nothing is known."""

    label: str
    points: Sequence[XY]


@dataclass(frozen=True, slots=True)
class Plot:
    """*bands* are stretches of x in which something was wrong; *x_labels* replace the numbers."""

    title: str
    summary: str
    lines: Sequence[Line]
    x_name: str
    y_name: str
    log: bool = False
    bands: Sequence[tuple[float, float]] = ()
    band_name: str = ""
    x_labels: Sequence[tuple[float, str]] = field(default_factory=tuple)


def svg(plot: Plot) -> str:
    x, y = _scales(plot)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(plot.summary)}">',
        *_bands(plot, x),
        *_grid(plot, x, y),
        *(_line(number, line, x, y) for number, line in enumerate(plot.lines)),
        *_legend(plot),
        "</svg>",
    ]
    return "\n".join(parts)


def _scales(plot: Plot) -> tuple[Scale, Scale]:
    xs = [x for line in plot.lines for x, _ in line.points] or [0.0, 1.0]
    ys = [y for line in plot.lines for _, y in line.points if y is not None]
    high = max(ys, default=1.0) or 1.0
    low = log_floor(max(min(ys, default=1.0), 0.1)) if plot.log else 0.0
    high = max(high * (1.3 if plot.log else 1.06), low * 10 if plot.log else 1)
    return (
        Scale(min(xs), max(xs), LEFT, WIDTH - RIGHT),
        Scale(low, high, HEIGHT - BOTTOM, TOP, plot.log),
    )


def _grid(plot: Plot, x: Scale, y: Scale) -> Iterable[str]:
    for tick in y.ticks():
        height = f"{y.at(tick):.1f}"
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height}" y2="{height}"/>'
        yield f'<text x="{LEFT - 6}" y="{height}" dy=".35em" text-anchor="end">{short(tick)}</text>'
    for value, label in plot.x_labels or [(tick, short(tick)) for tick in x.ticks()]:
        at = x.at(value)
        anchor = "end" if at + 4 * len(label) > WIDTH else "middle"
        yield (
            f'<text x="{at + (RIGHT if anchor == "end" else 0):.1f}" y="{HEIGHT - BOTTOM + 15}" '
            f'text-anchor="{anchor}">{escape(label)}</text>'
        )
    right, below = WIDTH - RIGHT, HEIGHT - 4
    yield f'<text x="{right}" y="{below}" text-anchor="end">{escape(plot.x_name)}</text>'
    yield f'<text x="4" y="{TOP - 10}">{escape(plot.y_name)}</text>'


def _line(number: int, line: Line, x: Scale, y: Scale) -> str:
    path, pen = [], "M"
    for at, value in line.points:
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{x.at(at):.1f} {y.at(value):.1f}")
        pen = "L"
    dashes = DASHES[number % len(DASHES)]
    return f'<path class="s{number}" stroke-dasharray="{dashes}" d="{"".join(path)}"/>'


def _bands(plot: Plot, x: Scale) -> Iterable[str]:
    for start, stop in plot.bands:
        left, right = x.at(start), x.at(stop)
        yield (
            f'<rect class="band" x="{left:.1f}" width="{max(right - left, 1):.1f}" y="{TOP}" '
            f'height="{HEIGHT - TOP - BOTTOM}"><title>{escape(plot.band_name)}</title></rect>'
        )


def _legend(plot: Plot) -> Iterable[str]:
    """From the right, in one row; a band says what it means too."""
    at = float(WIDTH - RIGHT)
    for number, line in reversed(list(enumerate(plot.lines))):
        at -= _width(line.label)
        dashes = DASHES[number % len(DASHES)]
        yield f'<path class="s{number}" stroke-dasharray="{dashes}" d="M{at:.0f} 12h18"/>'
        yield f'<text x="{at + 23:.0f}" y="12" dy=".35em">{escape(line.label)}</text>'
    if plot.bands:
        at -= _width(plot.band_name)
        yield f'<rect class="band" x="{at:.0f}" y="5" width="18" height="14"/>'
        yield f'<text x="{at + 23:.0f}" y="12" dy=".35em">{escape(plot.band_name)}</text>'


def _width(label: str) -> float:
    return 36 + 6.3 * len(label)
