"""The shapes of a load, as how many events are due by a moment. No I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

CALM = 0.2  # of the peak, before and after the burst of `pico`
NIGHT = 0.1  # of the peak, at both ends of `diario`

Shape = Callable[[float], float]
"""The share of a run that is over -> the integral of the rate until then, with 1 as the peak."""


def _constante(x: float) -> float:
    return x


def _rampa(x: float) -> float:
    """From nothing to the peak."""
    return x * x / 2


def _pico(x: float) -> float:
    """Calm, and the peak for the middle fifth."""
    return CALM * x + (1 - CALM) * min(max(x - 0.4, 0), 0.2)


def _diario(x: float) -> float:
    """A day from midnight to midnight: night, the peak at noon, night."""
    middle, swing = (1 + NIGHT) / 2, (1 - NIGHT) / 2
    return middle * x - swing * math.sin(2 * math.pi * x) / (2 * math.pi)


PROFILES: dict[str, Shape] = {
    "constante": _constante,
    "rampa": _rampa,
    "pico": _pico,
    "diario": _diario,
}
