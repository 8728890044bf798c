"""What a run must meet: `latencia_p99<50ms`, `perdidos==0`. No I/O."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
TO_MILLISECONDS = {"ms": 1.0, "s": 1000.0}
PATTERN = re.compile(r"\s*(\w+)\s*(<=|>=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|%|/s)?\s*")


class Threshold(msgspec.Struct, frozen=True):
    """*limit* in the metric's own unit: milliseconds, events, percent, events per second."""

    text: str
    metric: str
    comparison: str
    limit: float


class Judged(msgspec.Struct, frozen=True):
    """*valor* is None when the run measured nothing of the kind, which meets no threshold."""

    umbral: str
    metrica: str
    valor: float | None
    cumplido: bool


def parse_threshold(text: str, metrics: Mapping[str, str]) -> Threshold:
    """
    Read one; *metrics* are the known ones and their units.

    Raises ValueError with a sentence that says what would be right.
    """
    found = PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:64]!r} is no threshold: write one like 'latencia_p99<50ms'.")
    metric, comparison, number, unit = found.groups()
    if metric not in metrics:
        raise ValueError(f"{metric[:64]!r} is not measured: one of {', '.join(sorted(metrics))}.")
    own = metrics[metric]
    if unit and unit != own and not (own == "ms" and unit == "s"):
        raise ValueError(f"{text[:64]!r}: {metric} is in {own or 'events'}, not in {unit}.")
    factor = TO_MILLISECONDS[unit or "ms"] if own == "ms" else 1.0
    return Threshold(text, metric, comparison, float(number) * factor)


def judge(thresholds: Sequence[Threshold], values: Mapping[str, float | None]) -> list[Judged]:
    judged = []
    for each in thresholds:
        value = values[each.metric]
        met = value is not None and COMPARISONS[each.comparison](value, each.limit)
        judged.append(Judged(each.text, each.metric, value, met))
    return judged
