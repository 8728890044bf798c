"""What becomes of a message that has arrived: the identity table of docs/guarantees.md."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Kept(IntEnum):
    """What is known of a message with one id and one body."""

    COUNTED = 0
    REJECTED = 1
    CONFLICT = 2


class Verdict(IntEnum):
    """What becomes of a message that has arrived. Each message gets exactly one."""

    COUNT = 0
    DUPLICATE = 1
    REJECT = 2
    CONFLICT = 3


def judge(known: Mapping[int, Kept], digest: int, countable: bool) -> Verdict:
    """
    Decide about a message with an id.

    *known* maps the digests of the bodies seen under this id to what became of them. An id is
    counted under one body at most, whatever the order in which bodies arrive.
    """
    same = known.get(digest)
    if same is Kept.COUNTED or same is Kept.CONFLICT:
        return Verdict.DUPLICATE
    counted_otherwise = Kept.COUNTED in known.values()
    if same is Kept.REJECTED:
        return Verdict.COUNT if countable and not counted_otherwise else Verdict.DUPLICATE
    if counted_otherwise:
        return Verdict.CONFLICT
    return Verdict.COUNT if countable else Verdict.REJECT


def kept_after(verdict: Verdict) -> Kept | None:
    """What to remember of a message after its verdict; None when nothing changes."""
    return {
        Verdict.COUNT: Kept.COUNTED,
        Verdict.REJECT: Kept.REJECTED,
        Verdict.CONFLICT: Kept.CONFLICT,
    }.get(verdict)


def goes_to_rejected(verdict: Verdict, same: Kept | None) -> bool:
    """
    Whether the broker is told to reject the message rather than that it is done with.

    A copy of a rejected or conflicting message is rejected once more: the first copy may have
    been decided by a process that died before it told the broker.
    """
    if verdict is Verdict.DUPLICATE:
        return same is not Kept.COUNTED
    return verdict in (Verdict.REJECT, Verdict.CONFLICT)
