"""A wall clock that does not follow a jump at once: what is deleted by it would stay deleted."""

from __future__ import annotations

from typing import NamedTuple

JUMP_SECONDS = 60.0  # beyond them a difference is a jump, or time during which nothing ran
PATIENCE = 3600.0  # seconds of running until a clock that jumped, and stayed there, is believed


class Moment(NamedTuple):
    """What time it is: seconds since 1970, by the wall clock and by the steady one."""

    wall: float
    steady: float

    @property
    def earliest(self) -> float:
        return min(self)

    @property
    def latest(self) -> float:
        return max(self)


class SteadyClock:
    """
    Runs on by itself, follows the wall clock while that is near, and believes a jump after a while.

    So a clock that is wrong for less than PATIENCE moves nothing.
    """

    def __init__(self, shown: float, running: float) -> None:
        """*shown*: what it showed last, maybe in another process; *running*: monotonic seconds."""
        self._shown, self._at = shown, running
        self._jump, self._jumped_at = 0.0, running  # from the running to the wall clock, and when

    def read(self, wall: float, running: float) -> Moment:
        shown, jump = self._shown + running - self._at, wall - running
        is_near = abs(wall - shown) <= JUMP_SECONDS
        if is_near or abs(jump - self._jump) > JUMP_SECONDS:
            self._jump, self._jumped_at = jump, running
        if is_near or running - self._jumped_at >= PATIENCE:
            shown = wall
        self._shown, self._at = shown, running
        return Moment(wall, shown)
