"""The ids of messages in the store: which are known, and how long each is kept."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

import store_schema as sql
from counting import Known, Message
from message_identity import Kept, Key, key_of
from totals import IdWindow

PRUNE_AT_MOST = 2000  # rows a commit, about 1.5 ms: pruning must never stall counting


class KeptIds:
    """Every method but `window` belongs inside a transaction."""

    def __init__(self, db: sqlite3.Connection, window: IdWindow) -> None:
        self._db, self._window = db, window
        (stored,) = db.execute(sql.CLOCK).fetchone()
        # Age of an id is measured in time spent counting: neither a clock that jumps nor a
        # week of being switched off may make us forget an id whose copy still sits in the queue.
        self.clock: Callable[[], float] = _running_clock(stored)
        self._first, self._last = self._span()

    def known(self, messages: Sequence[Message]) -> Known:
        keys = list({key_of(m.message_id) for m in messages if m.message_id})
        known: Known = {}
        query = sql.KNOWN.format(",".join("?" * len(keys)))
        for key, digest, kept in self._db.execute(query, keys):
            known.setdefault(key, {})[digest] = Kept(kept)
        return known

    def keep(self, ids: Sequence[tuple[Key, int, Kept]], clock: float) -> None:
        self._db.executemany(sql.KEEP, ((*row, clock) for row in ids))

    def prune(self, clock: float) -> None:
        """Forget some of the ids that are too old or too many."""
        too_old = clock - self._window.seconds
        if self._oldest(clock) < too_old:
            self._db.execute(sql.PRUNE_BEFORE, (PRUNE_AT_MOST, too_old))
        self._first, self._last = self._span()
        first_kept = self._last - self._window.rows + 1
        if self._first < first_kept:
            self._db.execute(sql.PRUNE, (first_kept, PRUNE_AT_MOST))
            self._first, self._last = self._span()  # the window that is told is the one that holds

    def window(self) -> IdWindow:
        """Shorter than the setting once ids are pruned for their number."""
        rows = self._last - self._first + 1 if self._last else 0
        if rows < self._window.rows:
            return IdWindow(self._window.seconds, rows)
        clock = self.clock()
        return IdWindow(min(self._window.seconds, int(clock - self._oldest(clock))), rows)

    def _oldest(self, otherwise: float) -> float:
        row = self._db.execute(sql.OLDEST_ID).fetchone()
        return float(row[0]) if row else otherwise

    def _span(self) -> tuple[int, int]:
        first, last = self._db.execute(sql.ID_SPAN).fetchone()
        return first or 0, last or 0


def _running_clock(start: float) -> Callable[[], float]:
    opened = time.monotonic()
    return lambda: start + time.monotonic() - opened
