"""
Places where a fault test kills this process, named by the environment.

`FAULT_POINT=before_commit:17` ends the process with SIGKILL when it reaches that place for the
17th time. Unset, a place costs one call of an empty function for each batch.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

POINTS = frozenset(
    f"{when}_{what}"
    for when in ("before", "after")
    for what in ("decode", "insert", "commit", "ack", "fold", "fold_commit", "forget")
)


def _pass_by(_name: str) -> None:
    return


def armed(setting: str) -> Callable[[str], None]:
    """Raises ValueError for a place that does not exist, or a count that is none."""
    wanted, _, passes = setting.partition(":")
    if wanted not in POINTS or not (passes.isdigit() and int(passes) > 0):
        raise ValueError(f"FAULT_POINT={setting!r}: NAME:COUNT with NAME of {sorted(POINTS)}")
    left = int(passes)

    def reach(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


reach: Callable[[str], None] = _pass_by
"""Called at each place; `arm` replaces it."""


def arm(setting: str) -> None:
    global reach  # set once, before the first message
    if setting:
        reach = armed(setting)
