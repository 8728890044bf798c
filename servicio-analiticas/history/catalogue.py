"""Which series history has, and what is in none of them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

Name = tuple[str | None, str | None]
"""(cliente, evento) of a series; None: whichever."""

TOTAL: Name = (None, None)
NEVER = -1


class Places(NamedTuple):
    """How many series of each kind there may be."""

    clients: int = 500
    types: int = 100
    pairs: int = 2000


@dataclass(slots=True)
class Series:
    id: int
    name: Name
    partial: bool = False  # others of its kind, perhaps itself, were refused before it began
    newest: int = 0  # the last chunk of the hour level that it has


def kind(name: Name) -> int:
    """0 of a client, 1 of an event type, 2 of a pair: an index into Places."""
    cliente, evento = name
    return 2 if cliente is not None and evento is not None else int(cliente is None)


@dataclass(slots=True)
class Catalogue:
    """
    The series, the places left for new ones, and counts of events that no level holds.

    A pair has a series only beside series of its client and its type that began no later, so a
    pair never counts more than either of them, and they never more than the total.
    """

    places: Places
    series: dict[Name, Series] = field(default_factory=lambda: {TOTAL: Series(0, TOTAL)})
    clients: set[str] = field(default_factory=set)  # those that have a series
    next_id: int = 1
    # Of each kind: the newest event second that a series is missing for want of a place.
    refused: list[int] = field(default_factory=lambda: [NEVER] * 3)
    futuros: int = 0
    antiguos: int = 0
    changed: bool = False
    _taken: list[int] = field(default_factory=lambda: [0] * 3)
    _dirty: dict[int, Series] = field(default_factory=dict)

    def copy(self) -> Self:
        """A copy to try things on: it may admit and refuse, but not touch."""
        return replace(
            self,
            series=dict(self.series),
            refused=self.refused.copy(),
            _taken=self._taken.copy(),
            clients=set(self.clients),
            _dirty={},
        )

    def put(self, series: Series) -> None:
        name = series.name
        self.series[name] = series
        if name == TOTAL:
            return
        self._taken[kind(name)] += 1
        if kind(name) == 0:
            self.clients.add(str(name[0]))

    def of_type(self, evento: str, second: int) -> list[Series]:
        """The total and the series of a type, which begins here if it is new and there is room."""
        series = self.series.get((None, evento)) or self._begin((None, evento), second)
        return [self.series[TOTAL], series] if series else [self.series[TOTAL]]

    def of_pair(self, cliente: str, evento: str, second: int) -> list[Series]:
        """The series of a client and of its pair with a type that `of_type` has seen before."""
        client = self.series.get((cliente, None)) or self._begin((cliente, None), second)
        if client and (None, evento) in self.series:
            pair = self.series.get((cliente, evento)) or self._begin((cliente, evento), second)
            return [client, pair] if pair else [client]
        self._refuse(2, second)
        return [client] if client else []

    def may_have(self) -> Container[str] | None:
        """The clients that have a series or could get one; None: all."""
        return self.clients if len(self.clients) >= self.places.clients else None

    def refuse_client(self, second: int) -> None:
        self._refuse(0, second)
        self._refuse(2, second)

    def touch(self, mine: Iterable[Series], chunk: int) -> None:
        for series in mine:
            if series.newest < chunk:
                series.newest = chunk
                self._dirty[series.id] = series
                self.changed = True

    def clip(self, futuros: int, antiguos: int) -> None:
        if futuros or antiguos:
            self.futuros += futuros
            self.antiguos += antiguos
            self.changed = True

    def dirty(self) -> list[Series]:
        return list(self._dirty.values())

    def settle(self) -> None:
        """All changes are written."""
        self._dirty.clear()
        self.changed = False

    def is_complete(self, name: Name, since: int) -> bool:
        """Whether the series holds all its events from the second *since* on, if it has any."""
        series = self.series.get(name)
        if name == TOTAL or (series and not series.partial):
            return True
        return self.refused[kind(name)] < since

    def retire(self, before: int) -> list[int]:
        """Drop the series with nothing in the chunk *before* or later, and return their ids."""
        gone = [n for n, s in self.series.items() if n != TOTAL and s.newest < before]
        return self._drop(gone)

    def make_room(self, before: int, since: float) -> list[int]:
        """
        Where all places are taken and newcomers were refused after *since*, drop those gone quiet.

        Quiet is a series whose newest chunk comes before *before*, the one in which *since* lies.
        So all that it had is older than the last refusal, and `is_complete` goes on being right.
        """
        gone: set[Name] = set()
        for k, places in enumerate(self.places):
            if self._taken[k] < places or self.refused[k] < since:
                continue
            quiet = [n for n, s in self.series.items() if kind(n) == k and s.newest < before]
            for name in quiet:
                if name != TOTAL:
                    gone.update(self._with_pairs_of(name))
        return self._drop(gone)

    def _with_pairs_of(self, name: Name) -> list[Name]:
        if kind(name) == 2:
            return [name]
        cliente, evento = name
        pairs = (n for n in self.series if kind(n) == 2)
        return [name, *(n for n in pairs if n[0] == cliente or n[1] == evento)]

    def _begin(self, name: Name, second: int) -> Series | None:
        k = kind(name)
        if self._taken[k] >= self.places[k]:
            self._refuse(k, second)
            return None
        series = Series(self.next_id, name, partial=self.refused[k] != NEVER)
        self.next_id += 1
        self.put(series)
        self._dirty[series.id] = series
        self.changed = True
        return series

    def _refuse(self, k: int, second: int) -> None:
        if self.refused[k] < second:
            self.refused[k] = second
            self.changed = True

    def _drop(self, names: Iterable[Name]) -> list[int]:
        ids = []
        for name in names:
            ids.append(self.series.pop(name).id)
            self._taken[kind(name)] -= 1
            self._dirty.pop(ids[-1], None)
            if kind(name) == 0:
                self.clients.discard(str(name[0]))
            self.changed = True
        return ids
