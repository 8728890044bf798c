from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from history.catalogue import Catalogue
from history.levels import Levels
from history.spread import Cell
from history.steady_clock import Moment


class View(NamedTuple):
    """
    What memory adds to the tables, as of one commit: history as if all were folded.

    The answer lacks `epoca` and `version`: they are the caller's, who knows which commit
    *pending* belongs to.
    """

    catalogue: Catalogue  # a copy, which whoever answers may change
    levels: Levels
    pending: Mapping[Cell, int]  # counted, and not folded
    now: Moment
