"""By what time history deletes, and what it lacks because that time was wrong."""

from __future__ import annotations

from database.connection import Connection
from history import statements as sql
from history.levels import FIVE_MINUTES, Level
from history.steady_clock import Moment, SteadyClock


class Horizon:
    """One row of the store, read anew each time: another transaction may have been rolled back."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def clock(self, wall: float, running: float) -> SteadyClock:
        """As it was when something was last written; like the wall clock if nothing ever was."""
        shown, waited = self._db.execute(sql.CLOCK).fetchone()
        return SteadyClock(wall if shown is None else shown, running, waited)

    def note(self, now: Moment, deleted: bool = False) -> None:
        """Call inside the transaction that writes at *now*; *deleted*: what was older."""
        pruned, back = self._db.execute(sql.PRUNED).fetchone()
        if deleted and now.earliest > pruned:
            pruned, back = now.earliest, None
        elif back is None and now.earliest < pruned:
            back = now.earliest  # what happens from now on is kept
        self._db.execute(sql.SET_CLOCK, (now.steady, now.waited, pruned, back))

    def lacks_before(self, level: Level, since: int) -> int | None:
        """Up to which second events may be missing after the second *since*; None: none are."""
        pruned, back = self._db.execute(sql.PRUNED).fetchone()
        lacks = level.oldest(pruned)
        if back is not None:
            lacks = min(lacks, int(back) + 1)
        if level.number == FIVE_MINUTES:
            lacks = max(lacks, *self._db.execute(sql.FIVE_MINUTES_SINCE).fetchone())
        return lacks if lacks > since else None
