"""Figures over rounds: each round measures each server once."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from push_run import Result

Key = tuple[str, int]  # a server and how many viewers
Round = dict[Key, Result]
Get = Callable[[Result], float]
ORDER = ("C floor", "nchan", "hub", "broadcast", "hub behind Traefik", "whole panel")


def keys(rounds: Sequence[Round]) -> list[Key]:
    found = {key for each in rounds for key in each}
    return sorted(found, key=lambda key: (-key[1], ORDER.index(key[0])))


def column(rounds: Sequence[Round], key: Key, get: Get) -> list[float]:
    """One value for each round that has *key*."""
    return [get(each[key]) for each in rounds if key in each]


def ratios(rounds: Sequence[Round], key: Key, to: Key, get: Get) -> list[float]:
    return [get(each[key]) / get(each[to]) for each in rounds if key in each and to in each]


def figure(values: Sequence[float], digits: int) -> str:
    """The median and the range: `8.2 [8.0–8.5]`."""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} [{min(values):.{digits}f}–{max(values):.{digits}f}]"
