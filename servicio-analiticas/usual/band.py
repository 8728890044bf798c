"""What is usual, and how far from it is not: robust against weeks that were not like the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import NamedTuple

LEAST_WEEKS = 3  # with fewer what is usual is still being learned
LEAST_SAMPLES = 2  # of a unit, once outages are left out
LEAST_SPREAD = 0.05  # of what is usual, however alike the weeks were
SPREAD = {2: 1.94, 3: 2.71, 4: 2.03, 5: 1.94, 6: 1.87}
"""By how many weeks: standard deviation by the median deviation of three hours from their medians.

For many weeks that is 1.4826; few lie nearer to their own median, a third of three weeks on it.
"""


class Usual(NamedTuple):
    """Events in a while: the middle of the weeks, and how far weeks differ (standard deviation)."""

    middle: float
    spread: float


class Band(NamedTuple):
    middle: float
    low: float
    high: float


def usual_of(samples: Sequence[Sequence[int]], noise: float) -> list[Usual | None]:
    """
    For each unit, by its samples of former weeks and how its neighbours' differ; None: too few.

    *noise*: how much more than the mean counts vary from one moment to the next. The weeks differ
    by that, too, and it is not counted as their spread: `band` adds it for the time it is about.
    """
    middles = [median(unit) if len(unit) >= LEAST_SAMPLES else None for unit in samples]
    return [
        None if middle is None else Usual(middle, _spread(samples, middles, at, middle, noise))
        for at, middle in enumerate(middles)
    ]


def _spread(
    samples: Sequence[Sequence[int]],
    middles: Sequence[float | None],
    at: int,
    middle: float,
    noise: float,
) -> float:
    near = range(max(0, at - 1), min(len(samples), at + 2))
    off = [abs(n - m) / m for i in near if (m := middles[i]) for n in samples[i]]
    found = SPREAD[len(samples[at])] * median(off) * middle if off else 0.0
    return max(LEAST_SPREAD * middle, sqrt(max(0.0, found**2 - noise * middle)))


def noise_of(points: Sequence[int], together: int) -> float:
    """
    How many times their mean the variance of counts is: 1 for events that know nothing of others.

    The median over stretches of *together* counts, each by the differences of neighbours (von
    Neumann), so that neither a slope nor a quiet night is noise.
    """
    found = []
    for begin in range(0, len(points) - together + 1, together):
        stretch = points[begin : begin + together]
        if events := sum(stretch):
            squares = sum((b - a) ** 2 for a, b in pairwise(stretch))
            found.append(squares * together / (2 * (together - 1) * events))
    return max(1.0, median(found)) if found else 1.0


def band(usual: Usual | None, noise: float, times: float) -> Band | None:
    """
    What lies within *times* standard deviations.

    That of a count grows with the count, so the way up is longer than the way down. Both are
    equal for the root of a count and three eighths, whose deviation is the same everywhere
    (Anscombe 1948).
    """
    if usual is None:
        return None
    middle, spread = usual
    eased = middle + noise * 3 / 8
    way, skew = times * sqrt(spread**2 + noise * eased), noise * times**2 / 4
    low = middle - way + skew if eased > skew else 0.0
    return Band(middle, max(0.0, low), middle + way + skew)


def between(usuals: Sequence[Usual | None], at: float, length: float) -> Usual | None:
    """
    What is usual in a step within hours, on lines between the middles of the hours.

    *at*: where the middle of the step lies, in hours from the beginning of the first; *length*: of
    the step, in hours.
    """
    left = int(at - 0.5)
    share = at - 0.5 - left
    here, there = usuals[left], usuals[left + 1]
    nearest = there if share >= 0.5 else here
    if nearest is None:
        return None
    one, other = here or nearest, there or nearest
    return Usual(*(((1 - share) * a + share * b) * length for a, b in zip(one, other, strict=True)))


def together(usuals: Sequence[Usual | None]) -> Usual | None:
    """Of all steps as one, as if a week that is above in one of them were so in all."""
    known = [one for one in usuals if one is not None]
    if len(known) < len(usuals):
        return None
    return Usual(sum(one.middle for one in known), sum(one.spread for one in known))
