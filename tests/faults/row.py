"""What a row of the table is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tests.faults.rig import Rig

Do = Callable[[Rig], None]


class Pace(Enum):
    """What else may run meanwhile."""

    BUSY = auto()
    IDLE = auto()  # mostly waits
    UNDISTURBED = auto()  # states a time or a rate


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    title: str
    full: Do
    short: Do | None  # how `make test` runs it
    seeds: int = 1  # runs of the full version, each with another seed
    pace: Pace = Pace.BUSY
    held_by: str = ""  # without a short version: the tests of `make test` that hold the same
