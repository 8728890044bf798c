"""From when an event was due to each viewer that shows it. No I/O, no clock."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from carga.wire.messages import TICKS, Rise

Record = Callable[[int, int, int], None]
"""Told of [second when due, ticks until shown, how many times (events times viewers)]."""

FORGOTTEN = 120_000 * TICKS  # ticks until a push is no longer waited for


class EventLatency:
    """
    Finds the first push that includes an event, without asking anybody to mark events.

    A client's events all go over one connection into one queue, and are counted in that order. So
    the n-th of them is in the first push that shows the client at n or more, whoever else
    publishes meanwhile. *base* is what each client had before the run. Only clients that a push
    lists (the 200 largest of all) can be followed; `unseen` counts the events of the others.
    """

    def __init__(self, base: Sequence[int], record: Record) -> None:
        self._base = base
        self._due = [array("I") for _ in base]  # of events that no push has shown yet
        self._shown = [0] * len(base)
        self._pushes: dict[int, Counter[int]] = {}
        self._arrived: dict[int, int] = {}
        self._record = record
        self.measured = self.unseen = 0

    def sent(self, runs: Iterable[tuple[int, int]], numbers: Sequence[int]) -> None:
        """So many events were due in each millisecond; *numbers* are their clients, in order."""
        at = 0
        due = self._due
        for millisecond, events in runs:
            for number in numbers[at : at + events]:
                due[number].append(millisecond)
            at += events

    def pushed(self, push: int, rises: Iterable[Rise]) -> int:
        """A push shows these clients at more than the one before; return how many events more."""
        dues: Counter[int] = Counter()
        shown = 0
        for rise in rises:
            up_to = rise.after - self._base[rise.client]
            new = up_to - self._shown[rise.client]
            if new <= 0:
                continue  # an older push that came to us late
            waiting = self._due[rise.client]
            if rise.before is not None:
                dues.update(waiting[:new])
            else:  # it was not listed, so nobody can tell since when it has been counted
                self.unseen += min(new, len(waiting))
            del waiting[:new]
            self._shown[rise.client] = up_to
            shown += new
        if dues:
            self._pushes[push] = dues
            self.measured += dues.total()
        return shown

    def arrived(self, arrivals: Iterable[tuple[int, int, int]]) -> None:
        """[push, tick, viewers]: so many viewers showed it from that tick on."""
        found: Counter[tuple[int, int]] = Counter()
        newest = 0
        for push, tick, viewers in arrivals:
            newest = max(newest, tick)
            dues = self._pushes.get(push)
            if dues is None:
                continue
            self._arrived.setdefault(push, tick)
            for due, events in dues.items():
                found[due // 1000, tick - due * TICKS] += events * viewers
        for (second, ticks), times in found.items():
            self._record(second, max(ticks, 1), times)
        self._forget(newest - FORGOTTEN)

    def _forget(self, before: int) -> None:
        for push in [push for push, tick in self._arrived.items() if tick < before]:
            del self._pushes[push], self._arrived[push]
