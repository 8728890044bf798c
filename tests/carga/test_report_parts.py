"""The parts of a load report."""

import json
import math
from typing import Any

import pytest

from carga.figures.cpu_meter import CpuMeter
from carga.figures.series import Row, as_csv, outages
from carga.report.folder import schema
from carga.report.plot_scales import Scale, even_ticks, log_ticks, short
from carga.report.plots import plots
from carga.report.svg_plot import Line, Plot, svg


def row(second: int, **more: Any) -> Row:
    nothing = {name: None for name in Row.__struct_fields__ if name.startswith(("lat", "conf"))}
    given = {
        **nothing,
        "programados": 10.0,
        "entregados": 10.0,
        "confirmados": 10.0,
        "mostrados": 10.0,
        "sin_confirmar": 0,
        "cola": 0,
        "visores": 5,
        "analiticas": True,
    }
    return Row(segundo=second, **given | more)


def test_gaps_are_not_drawn_over() -> None:
    """Where nothing is known a line is interrupted."""
    plot = Plot("t", "s", [Line("l", [(0, 1), (1, 2), (2, None), (3, 4), (4, 5)])], "x", "y")

    (path,) = (line for line in svg(plot).splitlines() if 'd="M' in line and "h18" not in line)

    assert path.count("M") == 2
    assert path.count("L") == 2


def test_names_are_escaped() -> None:
    """What stands in a drawing can't end it."""
    plot = Plot("t", '<"&', [Line("</svg><script>", [(0, 1)])], "x", "y")

    drawn = svg(plot)

    assert "<script" not in drawn
    assert 'aria-label="&lt;&quot;&amp;"' in drawn


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 60, [0, 20, 40, 60]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (3, 3, [3])],
)
def test_even_ticks(low: float, high: float, ticks: list[float]) -> None:
    """Labels are round numbers within the axis."""
    assert even_ticks(low, high) == pytest.approx(ticks)


def test_log_ticks() -> None:
    """A short axis has labels in between, a long one only powers of ten."""
    assert log_ticks(10, 200) == pytest.approx([10, 20, 50, 100, 200])
    assert log_ticks(1, 1e6) == pytest.approx([10.0**n for n in range(7)])
    assert Scale(1, 100, 0, 10, log=True).at(10) == pytest.approx(5)
    assert [short(n) for n in (0, 0.5, 2000, 15_000, 2e6)] == ["0", "0.5", "2,000", "15k", "2M"]


def test_outages_are_stretches() -> None:
    """Seconds in a row without an answer are one outage, also at the end."""
    series = [row(n, analiticas=n not in (1, 2, 5)) for n in range(6)]

    assert outages(series) == [(1, 3), (5, 6)]


def test_csv_has_a_column_for_each_field() -> None:
    """Unknown is empty, yes and no are 1 and 0."""
    header, line = as_csv([row(0, cola=None, analiticas=False)]).splitlines()

    found = dict(zip(header.split(","), line.split(","), strict=True))
    assert found["cola"] == ""
    assert found["analiticas"] == "0"
    assert found["latencia_p99_ms"] == ""


def test_drawings_of_an_empty_run() -> None:
    """A run in which nothing was measured has its four plots, too."""
    drawn = plots([row(0)], [], [])

    assert [svg(plot).count("<svg") for plot in drawn] == [1, 1, 1, 1]


def test_schema_describes_the_summary() -> None:
    """The schema names every field, and refuses none of them."""
    described = json.loads(schema())["$defs"]["Summary"]

    assert {"$schema", "veredicto", "metricas", "libro"} <= described["properties"].keys()
    assert "veredicto" in described["required"]


def test_cpu_is_that_of_the_busiest_stretch() -> None:
    """Starting up is left out, and a short peak is not averaged away."""
    meter = CpuMeter()
    for second, cpu in [(-1, 3.0), (0, 5.0), (5, 5.5), (10, 9.5), (20, 10.0)]:
        meter.read(second, cpu)

    assert math.isclose(meter.percent, 80.0)
