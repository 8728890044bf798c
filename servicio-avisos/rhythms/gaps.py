"""
How irregular a client's gaps are, in events that were to be expected, and from when on one is none.

A clock's gaps are alike, people's come at random, bursts' are wilder. The gamma distribution has
all three, told apart by mean and variance. The longest of them is heeded as well: real clients
keep to no distribution.
"""

from __future__ import annotations

import math
from functools import lru_cache

ENOUGH = 30
FADES = 0.999  # in an hour: half of it in a month
SURE = 5.0  # over the root of their number: how far off random gaps must be to be taken for others
STEADIEST = 0.003
LONGER = 1.25  # than the longest usual one
LEAST = 2.2  # mean gaps
LIKE_A_CLOCK = 0.3  # of noise
ALARM = 1.1  # what was an alarm is not usual, yet counts a little: a client may have changed
FINE = 10  # steps of shapes and chances, that few are computed


class Gaps:
    __slots__ = ("_squares", "_sum", "longest", "number")

    def __init__(
        self, number: float = 0.0, total: float = 0.0, squares: float = 0.0, longest: float = 0.0
    ) -> None:
        self.number, self._sum, self._squares = number, total, squares
        self.longest = longest

    @property
    def mean(self) -> float:
        """In expected events; more than one for who sends many at a time."""
        return self._sum / self.number if self.number >= 1 and self._sum > 0 else 1.0

    @property
    def noise(self) -> float:
        """Their variance over the square of their mean: 0 of a clock, 1 of gaps at random."""
        if self.number < 1 or self._sum <= 0:
            return 1.0
        found = max(self._squares / self.number / self.mean**2 - 1, STEADIEST)
        return 1.0 if abs(found - 1) < SURE / math.sqrt(self.number) else found

    def add(self, gap: float, waited: float, most: float | None) -> None:
        """*waited* is what was surely missing in it; more than *most* was an alarm."""
        if most is not None and waited > most:
            self.longest *= ALARM
        else:
            self.longest = max(self.longest, waited)
        if most is not None:
            gap = min(gap, max(most / 2, self.mean))
        self.number += 1
        self._sum += gap
        self._squares += gap * gap

    def fade(self) -> None:
        self.number *= FADES
        self._sum *= FADES
        self._squares *= FADES
        self.longest *= FADES

    def silence(self, surprise: float, weeks: float) -> float:
        """
        From how many missing events on it is one, by chance only once in exp(*surprise*) gaps.

        What was learnt in few *weeks* of few gaps is not quite right: the predictive distribution
        of a Poisson process with a gamma posterior is longer by these two factors.
        """
        sure = posterior(1.0, 2 * max(weeks, 0.5)) * posterior(surprise, max(self.number, 1.0))
        usual = tail(round(FINE * math.log(1 / self.noise)), round(FINE * surprise))
        found = self.mean * usual
        if self.noise > LIKE_A_CLOCK:  # events at random of which we see several at once
            found = max(found, surprise)
        return max(found / sure, LONGER * self.longest, LEAST * self.mean)

    @property
    def packed(self) -> tuple[float, float, float, float]:
        return self.number, self._sum, self._squares, self.longest


def posterior(surprise: float, seen: float) -> float:
    return seen * math.log(1 + surprise / seen) / surprise


@lru_cache(maxsize=65_536)
def tail(log_shape: int, surprise: int) -> float:
    """
    How many times the mean is exceeded only by one of exp(*surprise*) gamma variables.

    By the leading terms of the upper incomplete gamma function; both arguments in tenths.
    """
    shape, wanted = math.exp(log_shape / FINE), surprise / FINE
    if shape <= 1:
        return wanted / shape
    low, high = shape, shape + 20 * wanted + 10 * math.sqrt(shape * wanted)
    for _ in range(50):
        middle = (low + high) / 2
        found = middle - (shape - 1) * math.log(middle) + math.lgamma(shape)
        found -= math.log(middle / (middle - shape + 1))
        low, high = (middle, high) if found < wanted else (low, middle)
    return high / shape
