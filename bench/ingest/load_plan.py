"""What a publisher is told, and what it says when it has finished."""

from __future__ import annotations

import msgspec

from event_mix import Mix


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """*skip* events of the mix's sequence were published before."""

    rate: int  # events a second
    seconds: float
    mix: Mix
    skip: int = 0
    unbatched: bool = False


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """Times in ns of the monotonic clock; a slot is late when it began over 1 ms after its time."""

    start_ns: int
    end_ns: int
    published: int
    confirmed: int
    cpu_ns: int  # of the publishing process
    offered_ns: int = 0
    late_slots: int = 0
    worst_late_ns: int = 0
    building_ns: int = 0  # spent on making the bodies
