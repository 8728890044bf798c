"""All that the hub and a viewer know of each other. Neither writes a field of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from websockets.http11 import Request

from push.access.limits import Limits


class Newest(NamedTuple):
    """
    What every viewer is to have, as frames; the numbers tell which one a viewer was last given.

    *change* turns the state before into this one, and is *snapshot* itself where nothing does.
    """

    place: int = 0  # how many states there were
    change: bytes = b""
    snapshot: bytes = b""
    beat: int = 0  # how many heartbeats there were
    heartbeat: bytes = b""


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
