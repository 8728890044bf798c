"""The ids of messages in the store: which are known, and how long each is kept."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

from counting.message_identity import Key, key_of
from counting.tally import Known
from counting.totals import IdWindow
from counting.verdict import Kept
from database.connection import Connection
from decoding.message import Message
from storing import statements as sql

PRUNE_AT_MOST = 2000  # rows a commit, about 1.5 ms: pruning must never stall counting

Row = tuple[Key, int, Kept]


class KeptIds(ABC):
    """Every method but `window` belongs inside a transaction. Each database keeps keys its way."""

    def __init__(self, db: Connection, window: IdWindow) -> None:
        self._db, self._window = db, window
        (stored,) = db.execute(sql.CLOCK).fetchone()
        # Age of an id is measured in time spent counting: neither a clock that jumps nor a
        # week of being switched off may make us forget an id whose copy still sits in the queue.
        self.clock: Callable[[], float] = _running_clock(stored)

    def catch_up(self, clock: float) -> None:
        """Others counted until *clock*: no id may be older than it was there."""
        if self.clock() < clock:
            self.clock = _running_clock(clock)

    @abstractmethod
    def keep(self, ids: Sequence[Row], clock: float) -> None:
        """What is decided anew is as young as its decision."""

    @abstractmethod
    def _stored(self, keys: list[Key]) -> Iterable[tuple[Key, int, int]]: ...

    def known(self, messages: Sequence[Message]) -> Known:
        keys = list({key_of(m.message_id) for m in messages if m.message_id})
        known: dict[Key, dict[int, Kept]] = {}
        for key, digest, kept in self._stored(keys):
            known.setdefault(key, {})[digest] = Kept(kept)
        return known

    def prune(self, clock: float, rows: int) -> int:
        """Forget some of them, of *rows*, that are too old or too many; return how many stay."""
        too_old, forgotten = clock - self._window.seconds, 0
        if self._oldest(clock) < too_old:
            forgotten = self._db.execute(sql.PRUNE_BEFORE, (PRUNE_AT_MOST, too_old)).rowcount
        too_many = rows - forgotten - self._window.rows
        if too_many > 0:
            oldest = (min(too_many, PRUNE_AT_MOST),)
            forgotten += self._db.execute(sql.PRUNE, oldest).rowcount
        if forgotten:
            self._db.execute(sql.FORGET_ID_ROWS, (forgotten,))
        return rows - forgotten

    def window(self) -> IdWindow:
        (rows,) = self._db.execute(sql.ID_ROWS).fetchone()
        return self.window_of(int(rows))

    def window_of(self, rows: int) -> IdWindow:
        """Shorter than the setting once ids are pruned for their number."""
        if rows < self._window.rows:
            return IdWindow(self._window.seconds, rows)
        clock = self.clock()
        return IdWindow(min(self._window.seconds, int(clock - self._oldest(clock))), rows)

    def _oldest(self, otherwise: float) -> float:
        row = self._db.execute(sql.OLDEST_ID).fetchone()
        return float(row[0]) if row else otherwise


def _running_clock(start: float) -> Callable[[], float]:
    opened = time.monotonic()
    return lambda: start + time.monotonic() - opened
