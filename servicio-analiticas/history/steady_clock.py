"""A wall clock that does not follow a jump at once: what is deleted by it would stay deleted."""

from __future__ import annotations

import time
from typing import NamedTuple

JUMP_SECONDS = 60.0  # beyond them a difference is a jump, or time during which nothing ran
PATIENCE = 3600.0  # seconds of running until a clock that jumped, and stayed there, is believed


# What Linux calls monotonic stands still while a machine sleeps; each waking would be a jump.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def running_seconds() -> float:
    """Seconds since some moment, sleep included, whatever is done to the wall clock."""
    return time.clock_gettime(_RUNNING)


class Moment(NamedTuple):
    """What time it is: seconds since 1970, by the wall clock and by the steady one."""

    wall: float
    steady: float
    waited: float = 0.0  # seconds since the two differ

    @property
    def earliest(self) -> float:
        return min(self.wall, self.steady)

    @property
    def latest(self) -> float:
        return max(self.wall, self.steady)


class SteadyClock:
    """
    Runs on by itself, follows the wall clock while that is near, and believes a jump after a while.

    So a clock that is wrong for less than PATIENCE moves nothing.
    """

    def __init__(self, shown: float, running: float, waited: float = 0.0) -> None:
        """
        *running*: of `running_seconds`. *shown* and *waited*: of the last moment that it told,
        maybe in another process: a machine that never runs for PATIENCE must be believed, too.
        """
        self._shown, self._at = shown, running
        self._jump: float | None = None  # from the running to the wall clock
        self._since = running - waited  # when the wall clock went elsewhere

    def now(self) -> Moment:
        return self.read(time.time(), running_seconds())

    def read(self, wall: float, running: float) -> Moment:
        shown, jump = self._shown + running - self._at, wall - running
        is_near = abs(wall - shown) <= JUMP_SECONDS
        has_jumped = self._jump is not None and abs(jump - self._jump) > JUMP_SECONDS
        if is_near or has_jumped:
            self._since = running
        if is_near or has_jumped or self._jump is None:
            self._jump = jump
        if is_near or running - self._since >= PATIENCE:
            shown, self._since = wall, running
        self._shown, self._at = shown, running
        return Moment(wall, shown, running - self._since)
