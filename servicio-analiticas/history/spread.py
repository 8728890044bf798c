"""From counts of (client, type, second) to what they add to each series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from history.catalogue import NEVER, Catalogue, Series
from history.levels import FUTURE_SECONDS, SERIES_BITS, Levels
from history.steady_clock import Moment

Cell = tuple[str, str, int]
"""cliente, evento, whole second of the event."""

Chunks = dict[int, dict[int, int]]
"""For the key of a chunk what is added to which of its slots."""


Seconds = dict[int, int]
"""How many events in which second."""


class Sorted(NamedTuple):
    """Cells, in order of first appearance, without the clipped ones."""

    types: dict[str, Seconds]  # all
    pairs: dict[tuple[str, str], Seconds]  # those of clients that have a series or may get one
    futuros: dict[str, tuple[int, int]]  # by client: how many, and their latest second
    antiguos: int
    refused: int  # the newest second of a client that finds no place

    @property
    def future_events(self) -> int:
        return sum(events for events, _ in self.futuros.values())


def sort(cells: Mapping[Cell, int], catalogue: Catalogue, levels: Levels, now: Moment) -> Sorted:
    """
    Leave out what is dated too far in the future, or before every level, by either clock.

    With very many clients most have no series, and cost little more than an addition.
    """
    future, oldest = now.latest + FUTURE_SECONDS, levels[-1].oldest(now.earliest)
    clients = catalogue.may_have()
    futuros: dict[str, tuple[int, int]] = {}
    antiguos = 0
    refused = NEVER
    types: dict[str, Seconds] = {}
    pairs: dict[tuple[str, str], Seconds] = {}
    for (cliente, evento, second), n in cells.items():
        if second > future:
            events, latest = futuros.get(cliente, (0, second))
            futuros[cliente] = events + n, max(second, latest)
            continue
        if second < oldest:
            antiguos += n
            continue
        seconds = types.get(evento)
        if seconds is None:
            seconds = types[evento] = {}
        seconds[second] = seconds.get(second, 0) + n
        if clients is None or cliente in clients:
            pairs.setdefault((cliente, evento), {})[second] = n
        elif second > refused:
            refused = second
    return Sorted(types, pairs, futuros, antiguos, refused)


def entries(cells: Sorted, catalogue: Catalogue) -> Iterator[tuple[list[Series], Seconds]]:
    """Which series which counts belong to; the new ones begin, while there is room."""
    for evento, seconds in cells.types.items():
        yield catalogue.of_type(evento, max(seconds)), seconds
    for (cliente, evento), seconds in cells.pairs.items():
        yield catalogue.of_pair(cliente, evento, max(seconds)), seconds
    if cells.refused != NEVER:
        catalogue.refuse_client(cells.refused)


class _Grid(NamedTuple):
    """A level, as of one moment."""

    step: int
    span: int
    key: int  # of its chunk 0
    oldest: int


def spread(cells: Sorted, catalogue: Catalogue, levels: Levels, now: Moment) -> Chunks:
    """Enter each event into all levels that still keep its time, in each of its series."""
    grids = [_Grid(it.step, it.span, it.key(0), it.oldest(now.earliest)) for it in levels]
    chunks: Chunks = {}
    for series, seconds in entries(cells, catalogue):
        catalogue.touch(series, max(seconds) // levels[-1].span)
        ids = [one.id for one in series]
        counts: Mapping[int, int] = seconds
        for grid in grids:
            counts = _coarser(counts, grid.step)
            _enter(chunks, ids, counts, grid)
    return chunks


def _coarser(counts: Mapping[int, int], step: int) -> Mapping[int, int]:
    if step == 1:
        return counts
    sums: dict[int, int] = {}
    for second, n in counts.items():
        start = second - second % step
        sums[start] = sums.get(start, 0) + n
    return sums


def _enter(chunks: Chunks, ids: list[int], counts: Mapping[int, int], grid: _Grid) -> None:
    step, span, first, oldest = grid
    for start, n in counts.items():
        if start < oldest:
            continue
        chunk, within = divmod(start, span)
        slot, key = within // step, first | chunk << SERIES_BITS
        for series in ids:
            added = chunks.get(key | series)
            if added is None:
                chunks[key | series] = {slot: n}
            else:
                added[slot] = added.get(slot, 0) + n
