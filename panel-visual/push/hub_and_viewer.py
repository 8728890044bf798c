"""All that the hub and a viewer know of each other. Neither writes a field of the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from websockets.http11 import Request

from push.access.limits import Limits


@dataclass(frozen=True, slots=True)
class Newest:
    """
    What every viewer is to have, as frames.

    States and heartbeats are numbered together, as they come: one number tells what a viewer has.
    *change* turns the state before into this one, and is *snapshot* itself where nothing does.
    """

    number: int = 0  # of what came last
    step: bytes = b""  # that itself: all that is new to who has the number before
    state: int = 0
    state_before: int = 0
    change: bytes = b""
    snapshot: bytes = b""
    beat: int = 0
    heartbeat: bytes = b""

    def with_state(self, change: bytes, snapshot: bytes) -> Newest:
        number = self.number + 1
        return Newest(
            number, change, number, self.state, change, snapshot, self.beat, self.heartbeat
        )

    def with_heartbeat(self, frame: bytes) -> Newest:
        number = self.number + 1
        return replace(self, number=number, step=frame, beat=number, heartbeat=frame)

    def since(self, number: int) -> bytes:
        """Return what is new to who has everything up to *number*; below 0: nothing yet."""
        frames = b""
        if number < self.state:
            frames = self.change if number >= self.state_before else self.snapshot
        return frames + self.heartbeat if number < self.beat else frames


class ViewerSide(Protocol):
    """What the hub asks of a viewer."""

    def take(self, newest: Newest) -> None:
        """Send what is new to it. Only while nothing is unsent."""

    def look_after(self, now: float) -> None:
        """End what has lasted too long; ping when it is time."""

    def dismiss(self) -> None:
        """The service restarts: say so, and go."""

    def kill(self, why: str) -> None:
        """End the connection now, without a word."""


class HubSide(Protocol):
    """What a viewer asks of the hub."""

    @property
    def limits(self) -> Limits: ...

    @property
    def clock(self) -> Callable[[], float]: ...

    def connected(self, viewer: ViewerSide) -> bool:
        """Return whether there is room for one more connection, whoever that may be."""

    def admit(self, request: Request, peer: str) -> str | None:
        """Return the address to name in `disconnected`; raise RefusedError."""

    def is_full(self) -> bool:
        """Return whether those who are here are more than may watch."""

    def drained(self, viewer: ViewerSide) -> Newest:
        """Return what is new: the viewer has nothing unsent, and takes all that comes."""

    def stalled(self, viewer: ViewerSide) -> None:
        """Something is unsent, or the viewer leaves: it is to be told nothing."""

    def cut(self, viewer: ViewerSide, why: str) -> None:
        """The viewer is ended, against its will."""

    def disconnected(self, viewer: ViewerSide, address: str | None) -> None:
        """The viewer is gone."""
