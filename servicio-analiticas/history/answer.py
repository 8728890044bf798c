"""From the store to the answer of `GET /reporte/historia`."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from operator import sub
from typing import Any

from comun.wire_time import rfc3339
from database.connection import Connection
from history import statements as sql
from history.catalogue import Catalogue, Name, Series
from history.horizon import Horizon
from history.levels import FUTURE_SECONDS, Level, series_of, split_key, unpack
from history.query import HistoryQuery, NotKeptError
from history.spread import Sorted, entries, sort
from history.steady_clock import Moment
from history.view import View
from history.window import Window, window_of

Added = dict[int, Counter[int]]
"""For the id of a series what is to be added to which step of the level, from the window's on."""


def answer(db: Connection, view: View, query: HistoryQuery) -> dict[str, Any]:
    """*db* sees the store as of the view's commit. Raises BadQueryError and NotKeptError."""
    catalogue, levels, pending, now = view
    window = window_of(query, levels, now.wall)
    waiting = sort(pending, catalogue, levels, now)
    steps = Steps(db, window, added_to(waiting, catalogue, window))
    whole = (query.cliente, query.evento)
    if whole not in catalogue.series and not catalogue.is_complete(whole, window.start):
        raise NotKeptError(no_place(whole))
    everything = steps.points([catalogue.series[whole]] if whole in catalogue.series else [])
    rest = next(iter(everything.values()), [0] * window.points)
    listed = (
        {whole: rest} if _split(query) == _split_of(whole) else _largest(query, catalogue, steps)
    )
    for points in listed.values():
        rest = list(map(sub, rest, points))
    complete = all(catalogue.is_complete(name, window.start) for name in (whole, *listed))
    lacks_before = Horizon(db).lacks_before(window.level, window.start)
    return {
        "desde": rfc3339(window.start),
        "hasta": rfc3339(window.end),
        "paso_s": window.step,
        **window.told(),
        "completo": complete and lacks_before is None,
        "falta_antes_de": None if lacks_before is None else rfc3339(lacks_before),
        "series": [_series(query, name, points) for name, points in listed.items()],
        "otros": rest,
        "recortados": {
            "futuros": catalogue.futuros + waiting.future_events + _ahead(db, levels[-1], now),
            "antiguos": catalogue.antiguos + waiting.antiguos,
        },
    }


def _ahead(db: Connection, hours: Level, now: Moment) -> int:
    """Events in history in the hours after this one: entered while the clock was ahead."""
    next_hour = int(now.latest + FUTURE_SECONDS) // hours.step + 1
    chunk, slot = divmod(next_hour, hours.slots)
    ahead = 0
    for key, data in db.execute(sql.CHUNKS_OF_TOTAL, (hours.key(chunk), hours.end)):
        begun = slot if key == hours.key(chunk) else 0
        ahead += sum(unpack(data, hours.slots)[begun:])
    return ahead


def _series(query: HistoryQuery, name: Name, points: list[int]) -> dict[str, Any]:
    by = query.por.split(",")
    cliente, evento = name
    return {
        "cliente": cliente if "cliente" in by else None,
        "evento": evento if "evento" in by else None,
        "total": sum(points),
        "puntos": points,
    }


def no_place(name: Name) -> str:
    """Why nothing is known of it."""
    given = zip(("cliente", "evento"), name, strict=True)
    what = ", ".join(f"{k}: {v!r}" for k, v in given if v is not None)
    return (
        f"{what} has no series of its own, because there are too many;"
        " what it did is in the total, and in otros"
    )


def _split_of(name: Name) -> tuple[bool, bool]:
    """Which of client and type a series is about."""
    return name[0] is not None, name[1] is not None


def _split(query: HistoryQuery) -> tuple[bool, bool]:
    by = query.por.split(",")
    return (
        "cliente" in by or query.cliente is not None,
        "evento" in by or query.evento is not None,
    )


def _largest(query: HistoryQuery, catalogue: Catalogue, steps: Steps) -> dict[Name, list[int]]:
    """Return the points of the `limite` largest series, largest first, ties by name."""
    split = _split(query)
    names = {
        series.id: name
        for name, series in catalogue.series.items()
        if _split_of(name) == split
        and query.cliente in (None, name[0])
        and query.evento in (None, name[1])
    }
    totals = steps.totals(names) if len(names) > query.limite else dict.fromkeys(names, 0)
    largest = heapq.nsmallest(query.limite, totals, key=lambda id_: (-totals[id_], names[id_]))
    points = steps.points([catalogue.series[names[id_]] for id_ in largest])
    shown = sorted((-sum(mine), names[id_], mine) for id_, mine in points.items())
    return {name: mine for total, name, mine in shown if total}


def added_to(waiting: Sorted, catalogue: Catalogue, window: Window) -> Added:
    """What is waiting to be folded; a series that it will begin is in *catalogue* then."""
    added: Added = {}
    step = window.level.step
    for series, seconds in entries(waiting, catalogue):
        within = [(s, n) for s, n in seconds.items() if window.start <= s < window.end]
        for one in series if within else ():
            counts = added.setdefault(one.id, Counter())
            for second, n in within:
                counts[(second - window.start) // step] += n
    return added


class Steps:
    """The counts in a window, of the store and what is to be added to them."""

    def __init__(self, db: Connection, window: Window, added: Added) -> None:
        self._db, self._window, self._level, self._added = db, window, window.level, added
        span = self._level.span
        self._chunks = range(window.start // span, -(-window.end // span))
        self._whole = range(-(-window.start // span), window.end // span)  # within the window

    def points(self, series: Iterable[Series]) -> dict[int, list[int]]:
        """For each series, by id, its counts in the steps of the window, oldest first."""
        level, chunks = self._level, self._chunks
        flat = {one.id: [0] * (len(chunks) * level.slots) for one in series}
        keys = [level.key(chunk, id_) for chunk in chunks for id_ in flat]
        for key, data in self._db.among(sql.CHUNKS, keys):
            _, chunk, id_ = split_key(key)
            at = (chunk - chunks.start) * level.slots
            flat[id_][at : at + level.slots] = unpack(data, level.slots)
        return {id_: self._in_window(id_, counts) for id_, counts in flat.items()}

    def totals(self, ids: Iterable[int]) -> dict[int, int]:
        """The sum of each series over the window."""
        sums = dict.fromkeys(ids, 0)
        for id_, n in chain(self._sums_of_whole_chunks(), self._sums_at_the_edges()):
            if id_ in sums:
                sums[id_] += n
        for id_ in sums.keys() & self._added.keys():
            sums[id_] += self._added[id_].total()
        return sums

    def _sums_of_whole_chunks(self) -> Iterator[tuple[int, int]]:
        reach = (self._level.key(self._whole.start), self._level.key(self._whole.stop))
        for key, total in self._db.execute(sql.SUMS_BETWEEN, reach):
            yield series_of(key), total

    def _sums_at_the_edges(self) -> Iterator[tuple[int, int]]:
        level, window = self._level, self._window
        for chunk in (c for c in self._chunks if c not in self._whole):
            begin = chunk * level.span
            within = slice(
                max(0, window.start - begin) // level.step, (window.end - begin) // level.step
            )
            for key, data in self._db.execute(
                sql.CHUNKS_BETWEEN, (level.key(chunk), level.key(chunk + 1))
            ):
                yield series_of(key), sum(unpack(data, level.slots)[within])

    def _in_window(self, id_: int, flat: list[int]) -> list[int]:
        window, step = self._window, self._level.step
        at = (window.start - self._chunks.start * self._level.span) // step
        edges = window.edges
        counts = flat[at : at + edges[-1]]
        for index, n in self._added.get(id_, {}).items():
            counts[index] += n
        if len(counts) == window.points:
            return counts
        return [sum(counts[begin:end]) for begin, end in pairwise(edges)]
