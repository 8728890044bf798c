"""What a foreign publisher says when it has finished."""

from __future__ import annotations

import msgspec


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """Times in ns of the monotonic clock; an event is late over 10 ms after its time."""

    start_ns: int
    end_ns: int  # when the last confirm had come
    published: int
    confirmed: int
    cpu_ns: int  # of the publishing process
    late: int = 0
    worst_late_ns: int = 0
