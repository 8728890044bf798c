"""What was counted of a name before: from memory if it was counted lately, else from its table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

NAMES_A_QUERY = 500


class KnownTotals:
    """
    The totals of the names that are in the delta log, which their table can't tell.

    Two generations: when the log is sealed the older one, whose deltas are in the table by
    then, is forgotten. So this grows with the log, not with the number of names.
    """

    def __init__(self, db: sqlite3.Connection, query: str) -> None:
        """*query*: `SELECT name, total … WHERE name IN ({})`."""
        self._db, self._query = db, query
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def before(self, names: Iterable[str]) -> dict[str, int]:
        """Return the totals of those names that were ever counted."""
        young, old = self._young, self._old
        known: dict[str, int] = {}
        unknown: list[str] = []
        for name in names:
            total = young.get(name) or old.get(name)
            if total is None:
                unknown.append(name)
            else:
                known[name] = total
        for start in range(0, len(unknown), NAMES_A_QUERY):
            known.update(self._stored(unknown[start : start + NAMES_A_QUERY]))
        return known

    def add(self, added: Mapping[str, int], before: Mapping[str, int]) -> None:
        """Call once the batch is committed, with what `before` said of it."""
        for name, n in added.items():
            self._young[name] = before.get(name, 0) + n

    def turn(self) -> None:
        """Call when the log is sealed: what was sealed before is in the table."""
        self._old, self._young = self._young, {}

    def _stored(self, names: list[str]) -> list[tuple[str, int]]:
        return self._db.execute(self._query.format(",".join("?" * len(names))), names).fetchall()
