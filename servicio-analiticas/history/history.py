"""
How many events of which client and type happened when, in the store.

An event is entered into all levels (history/levels.py) at once, by the second in which it
happened, and old chunks are deleted in small steps: nothing is rolled up later, so no hole and
no double count can lie between the levels. All calls come from the store's thread.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from database.connection import Connection
from history import statements as sql
from history.catalogue import Catalogue, Places, Series
from history.future_events import FutureEvents
from history.horizon import Horizon
from history.levels import Retention, add, level_of, levels
from history.spread import Cell, Chunks, sort, spread
from history.statements import RESET
from history.steady_clock import Moment, SteadyClock
from history.view import View

__all__ = ["RESET", "Cell", "History", "Places", "Retention"]

PRUNE_AT_MOST = 500  # rows a step
ROOM_EVERY = 60.0  # seconds between two looks for series that went quiet


class History:
    """
    Writes inside the transaction of its caller, which may also roll it back.

    The catalogue is kept in memory and read again whenever its generation is not the one in
    the store: after a rollback, or when another connection changed it.
    """

    def __init__(
        self,
        db: Connection,
        kept: Retention = Retention(),  # noqa: B008 - it can't change
        places: Places = Places(),  # noqa: B008
    ) -> None:
        self._db, self.levels, self._places = db, levels(kept), places
        self._generation = -1
        self._catalogue = Catalogue(places)
        self._looked_for_room = 0.0
        self._horizon = Horizon(db)
        self.future = FutureEvents(db)

    def clock(self, wall: float, running: float) -> SteadyClock:
        """The clock to go by, as it was when something was last written."""
        return self._horizon.clock(wall, running)

    def listed(self) -> Container[str] | None:
        """The clients that have a series or could get one, as far as this is known; None: all."""
        return self._catalogue.may_have()

    def fold(self, cells: Mapping[Cell, int], now: Moment) -> None:
        """Add the cells, whose order decides who gets the last places for series."""
        catalogue = self._synced()
        self._generation = -1  # until all is written
        todo = sort(cells, catalogue, self.levels, now)
        catalogue.clip(todo.future_events, todo.antiguos)
        self.future.add(todo.futuros, now.wall)
        self._add(spread(todo, catalogue, self.levels, now))
        self._write_catalogue()
        self._horizon.note(now)

    def prune(self, now: Moment) -> None:
        """Delete some of what is no longer kept; costs next to nothing when there is none."""
        by, deleted = now.earliest, 0
        for level in self.levels:
            old = (level.key(0), level.key(level.oldest_chunk(by)), PRUNE_AT_MOST)
            deleted += self._db.execute(sql.PRUNE, old).rowcount
        if deleted:
            self._horizon.note(now, deleted=True)
        if abs(by - self._looked_for_room) >= ROOM_EVERY:
            self._looked_for_room = by
            self._drop_series(by)

    def _drop_series(self, now: float) -> None:
        catalogue = self._synced()
        self._generation = -1
        hours = self.levels[-1]
        gone = catalogue.retire(hours.oldest_chunk(now))
        quiet_since = now - self.levels[1].kept
        gone += catalogue.make_room(int(quiet_since // hours.span), quiet_since)
        self._db.executemany(sql.DROP_SERIES, [(series,) for series in gone])
        self._write_catalogue()

    def view(self, pending: Mapping[Cell, int], now: Moment) -> View:
        """What a connection that sees the store as it is now needs besides, to answer."""
        return View(self._synced().copy(), self.levels, pending, now)

    def _add(self, chunks: Chunks) -> None:
        slots = {level.number: level.slots for level in self.levels}
        found = {
            key: (total, data)
            for key, total, data in self._db.among(sql.SUMS_AND_CHUNKS, [*chunks])
        }
        rows = []
        for key, added in chunks.items():
            total, data = found.get(key, (0, None))
            rows.append((key, total + sum(added.values()), add(data, slots[level_of(key)], added)))
        self._db.executemany(sql.SET_CHUNK, rows)

    def _synced(self) -> Catalogue:
        (generation,) = self._db.execute(sql.GENERATION).fetchone()
        if generation != self._generation:
            self._catalogue = self._read_catalogue()
            self._generation = generation
        return self._catalogue

    def _read_catalogue(self) -> Catalogue:
        _, next_id, *refused, futuros, antiguos = self._db.execute(sql.STATE).fetchone()
        catalogue = Catalogue(
            self._places, next_id=next_id, refused=refused, futuros=futuros, antiguos=antiguos
        )
        for id_, cliente, evento, partial, newest in self._db.execute(sql.SERIES):
            catalogue.put(Series(id_, (cliente, evento), bool(partial), newest))
        return catalogue

    def _write_catalogue(self) -> None:
        catalogue = self._catalogue
        (generation,) = self._db.execute(sql.GENERATION).fetchone()
        if catalogue.changed:
            generation += 1
            rows = ((s.id, *s.name, s.partial, s.newest) for s in catalogue.dirty())
            self._db.executemany(sql.SET_SERIES, rows)
            counts = (catalogue.next_id, *catalogue.refused, catalogue.futuros, catalogue.antiguos)
            self._db.execute(sql.SET_STATE, (generation, *counts))
            catalogue.settle()
        self._generation = generation
