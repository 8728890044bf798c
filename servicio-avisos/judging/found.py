"""What a rule found in one round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rules.rule import Rule

WHOLE = ""
"""The subject of a rule that is about no client and no type."""


class Wrong(NamedTuple):
    """*value* is what was found beside its *limit*, *since* when it began to be so, if known."""

    since: float | None
    value: float
    limit: float
    note: str = ""


def nobody(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Judged:
    """Each subject that is wrong. Of one for which *held* is true nothing can be said."""

    rule: Rule
    wrong: Mapping[str, Wrong]
    held: Callable[[str], bool] = nobody
