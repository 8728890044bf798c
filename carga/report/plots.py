"""What the plots of a run show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from carga.figures.latency_record import Point
from carga.figures.series import Row, outages
from carga.report.svg_plot import XY, Line, Plot

TAIL = 5  # nines shown at most: 99.999 %
SHARES = ("0", "90", "99", "99.9", "99.99", "99.999")  # percent
AWAY = "analytics away"


def plots(series: Sequence[Row], latency: Sequence[Point], confirms: Sequence[Point]) -> list[Plot]:
    """Throughput, latency, the whole distribution, and what waits."""
    away = outages(series)
    return [
        _throughput(series, away),
        _latency(series, away),
        _distribution(latency, confirms),
        _waiting(series, away),
    ]


def _throughput(series: Sequence[Row], away: Sequence[tuple[float, float]]) -> Plot:
    columns = (("due", "programados"), ("confirmed", "confirmados"), ("shown", "mostrados"))
    return Plot(
        "Throughput",
        "Events per second over time: due, confirmed, and shown to viewers",
        [Line(label, _line(series, column)) for label, column in columns],
        "seconds",
        "events/s",
        bands=away,
        band_name=AWAY,
    )


def _latency(series: Sequence[Row], away: Sequence[tuple[float, float]]) -> Plot:
    return Plot(
        "Latency over time",
        "Milliseconds from when an event was due to a viewer that shows it, over time",
        [Line(name, _line(series, f"latencia_{name}_ms")) for name in ("p50", "p95", "p99", "max")],
        "second in which the events were due",
        "ms, logarithmic",
        log=True,
        bands=away,
        band_name=AWAY,
    )


def _distribution(latency: Sequence[Point], confirms: Sequence[Point]) -> Plot:
    last = max((_nines(p.percentile) for p in (*latency, *confirms)), default=2)
    shares = [(_nines(float(share)), f"{share} %") for share in SHARES]
    return Plot(
        "Latency distribution",
        "Milliseconds by the share of events that took at most so long",
        [Line("due to viewer", _tail(latency)), Line("due to confirm", _tail(confirms))],
        "share of events",
        "ms, logarithmic",
        log=True,
        x_labels=[(at, label) for at, label in shares if at <= last + 0.01],
    )


def _waiting(series: Sequence[Row], away: Sequence[tuple[float, float]]) -> Plot:
    columns = (("events unconfirmed", "sin_confirmar"), ("messages queued", "cola"))
    return Plot(
        "What waits",
        "Events that wait for the broker's confirm, and messages in its queue, over time",
        [Line(label, _line(series, column)) for label, column in columns],
        "seconds",
        "",
        bands=away,
        band_name=AWAY,
    )


def _line(series: Sequence[Row], column: str) -> list[XY]:
    return [(row.segundo, getattr(row, column)) for row in series]


def _nines(percent: float) -> float:
    """Where a share lies on the axis: each further nine takes as much room."""
    return -math.log10(max(1 - percent / 100, 10.0**-TAIL))


def _tail(points: Sequence[Point]) -> list[XY]:
    return [(_nines(point.percentile), point.milliseconds) for point in points]
