"""Axes of a plot: where a value lies, and which values get a label. No I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass

ABOUT = 5  # labels


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps [low, high] to [start, stop]; logarithmic ones need low > 0."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def at(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, self.low))
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.stop - self.start)

    def ticks(self) -> list[float]:
        return log_ticks(self.low, self.high) if self.log else even_ticks(self.low, self.high)


def even_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, about five of them."""
    if high <= low:
        return [low]
    rough = (high - low) / ABOUT
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten, and 2 and 5 times them as long as it doesn't get crowded."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(decades) <= 4 else (1,)
    ticks = [factor * 10.0**decade for decade in decades for factor in factors]
    return [tick for tick in ticks if low <= tick <= high * (1 + 1e-9)]


def log_floor(value: float) -> float:
    """The power of ten at or below."""
    return 10.0 ** math.floor(math.log10(value))


def short(value: float) -> str:
    """A number for an axis: 1,500 or 20k or 1.5M."""
    for limit, unit in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e6 if unit == 'M' else 1e3):g}{unit}"
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
