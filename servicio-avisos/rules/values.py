"""The kinds of value in `avisos.yml`, each with a sentence for what it must be."""

from __future__ import annotations

import re
from typing import NoReturn

import yaml  # type: ignore[import-untyped]

from rules.yaml_places import refuse, shown

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = 30 * 86400  # seconds
LARGEST = 1e15


def duration(node: yaml.Node, what: str, longest: float = LONGEST) -> float:
    """Seconds, at least one."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", _scalar(node))
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if not 1 <= seconds <= longest:
        _refuse(node, f"{what} must be a time like 30s, 5m, 2h or 1d, at most {_spoken(longest)}")
    return float(seconds)


def number(node: yaml.Node, what: str, low: float = 0, high: float = LARGEST) -> float:
    try:
        value = float(_scalar(node).replace("_", ""))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        _refuse(node, f"{what} must be a number from {low:g} to {high:g}")
    return value


def whole(node: yaml.Node, what: str, low: int, high: int) -> int:
    value = number(node, what, low, high)
    if value != int(value):
        _refuse(node, f"{what} must be a whole number from {low} to {high}")
    return int(value)


def _refuse(node: yaml.Node, sentence: str) -> NoReturn:
    refuse(node, f"{sentence}, not {shown(_scalar(node))}")


def _scalar(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or names with values"


def _spoken(seconds: float) -> str:
    unit = next(name for name, size in reversed(UNITS.items()) if seconds % size == 0)
    return f"{seconds / UNITS[unit]:.0f}{unit}"
