"""The names with the largest totals, and no others, however many there are."""

from __future__ import annotations

from bisect import insort
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
        floor, known, mine = self._floor, before.get, self.get
        new, changed = 0, {}
        for name, n in added.items():
            old = known(name) or mine(name, 0)
            if not old:
                new += 1
            if old + n >= floor:
                changed[name] = old + n
        self.names += new
        self.set(changed)

    def set(self, totals: Mapping[str, int]) -> None:
        """Take in those of the totals that lead."""
        bar = self.bar
        for name, total in totals.items():
            if name in self:
                self[name] = total
            elif bar is None or (-total, name) < bar:
                self[name] = total
                if self._sorted is not None:
                    insort(self._sorted, name)
        self._shrink()

    @property
    def _floor(self) -> int:
        """No total below it leads."""
        return -self.bar[0] if self.bar else 0

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
        kept = self.first(MOST // 2)
        self.clear()
        self.update(kept)
        self.bar = rank(next(reversed(kept.items())))
        self._sorted = None
