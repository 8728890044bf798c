"""The names with the largest totals, and no others, however many there are."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

MOST = 4000  # beyond it only the better half stays: twice what a report shows

Rank = tuple[int, str]


def rank(item: tuple[str, int]) -> Rank:
    """The larger total comes first, then the name that sorts first."""
    return (-item[1], item[0])


class Leading(dict[str, int]):
    """
    Name → total of those that lead, exactly: no name that is left out ranks before `bar`.

    Totals only grow. So a name that is left out can come to lead only by being counted, and
    then it is told with its total. `names` is the number of distinct names, left out or not.
    """

    def __init__(self, totals: Iterable[tuple[str, int]] = (), others: bool = False) -> None:
        """*others*: whether there are names that rank after all of *totals*."""
        super().__init__(totals)
        self.names = len(self)
        self._sorted: list[str] | None = None
        self.bar = max(map(rank, self.items())) if others else None
        self._shrink()

    def add(self, added: Mapping[str, int], before: Mapping[str, int]) -> None:
        """*before*: what was counted of them until now; at least of those left out."""
        changed: dict[str, int] = {}
        for name, n in added.items():
            old = before.get(name) or self.get(name, 0)
            self.names += not old
            changed[name] = old + n
        self.set(changed)

    def set(self, totals: Mapping[str, int]) -> None:
        """Take in those of the totals that lead."""
        for name, total in totals.items():
            if name in self:
                self[name] = total
            elif self.bar is None or (-total, name) < self.bar:
                self[name] = total
                self._sorted = None
        self._shrink()

    def first(self, limit: int) -> dict[str, int]:
        """Return the *limit* largest, largest first, ties by name."""
        if self._sorted is None:
            self._sorted = sorted(self)
        # Two sorts by C keys, the second one stable, instead of one by a Python key.
        by_total = sorted(self._sorted, key=self.__getitem__, reverse=True)
        return {name: self[name] for name in by_total[:limit]}

    def _shrink(self) -> None:
        if len(self) <= MOST:
            return
        kept = heapq.nsmallest(MOST // 2, self.items(), key=rank)
        self.clear()
        self.update(kept)
        self.bar = rank(kept[-1])
        self._sorted = None
