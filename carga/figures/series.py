"""A run over time: the rows of `serie.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec

from carga.figures.numbers import RunNumbers, Step


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Rates are per second of the step; latencies are of the events that were due in it."""

    segundo: int
    programados: float
    entregados: float
    confirmados: float
    mostrados: float
    sin_confirmar: int
    cola: int | None
    visores: int | None
    analiticas: bool | None
    latencia_p50_ms: float | None
    latencia_p95_ms: float | None
    latencia_p99_ms: float | None
    latencia_max_ms: float | None
    confirmacion_p50_ms: float | None
    confirmacion_p99_ms: float | None


def rows(numbers: RunNumbers) -> list[Row]:
    """One for each step; whoever was not asked in a step is as in the one before."""
    series: list[Row] = []
    answers: bool | None = None
    for number in range(max(numbers.steps, default=0) + 1):
        step = numbers.steps.get(number, Step())
        answers = answers if step.answers is None else step.answers
        series.append(_row(numbers, number, answers))
    return series


def _row(numbers: RunNumbers, number: int, answers: bool | None) -> Row:
    width = numbers.step_seconds
    step = numbers.steps.get(number, Step())
    start = number * width
    due = numbers.schedule.due_before((start + width) * 1000) - numbers.schedule.due_before(
        start * 1000
    )
    latency, confirms = numbers.latency.of_step(number), numbers.confirms.of_step(number)
    return Row(
        segundo=start,
        programados=due / width,
        entregados=step.handed / width,
        confirmados=step.confirmed / width,
        mostrados=step.shown / width,
        sin_confirmar=step.waiting,
        cola=step.queue,
        visores=step.viewers,
        analiticas=answers,
        latencia_p50_ms=latency["p50"],
        latencia_p95_ms=latency["p95"],
        latencia_p99_ms=latency["p99"],
        latencia_max_ms=latency["max"],
        confirmacion_p50_ms=confirms["p50"],
        confirmacion_p99_ms=confirms["p99"],
    )


def as_csv(series: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row.__struct_fields__)
    for row in series:
        values = msgspec.structs.astuple(row)
        writer.writerow([int(v) if isinstance(v, bool) else v for v in values])
    return text.getvalue()


def outages(series: Sequence[Row]) -> list[tuple[float, float]]:
    """Stretches during which the analytics did not answer."""
    found: list[tuple[float, float]] = []
    for row, after in zip(series, [*series[1:], None], strict=True):
        if row.analiticas is False:
            stop = float(after.segundo) if after else row.segundo + 1.0
            if found and found[-1][1] == row.segundo:
                found[-1] = found[-1][0], stop
            else:
                found.append((float(row.segundo), stop))
    return found
