"""The clients that are watched for silence, and when each was heard last."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from judging.earlier import Past, rhythm_of
from judging.readings import Client
from rhythms.rhythm import Rhythm
from rhythms.week import HOUR, Week

FORGOTTEN = 42 * 86_400.0  # seconds: nothing of what was usual is left then


class Watched:
    """
    A rhythm for each client, learnt while the numbers are current.

    *changed* are the names whose rhythm is not as it was kept, *gone* those without any more.
    """

    def __init__(self, week: Week, kept: Mapping[str, bytes] | None = None) -> None:
        self._week = week
        self.rhythms = dict(_read(kept or {}))
        self.changed: set[str] = set()
        self.gone: set[str] = set()
        self._totals: dict[str, int] = {}
        self._due: dict[str, float | None] = {}
        self._hour, self._watched, self._looked = -1, 0.0, 0.0
        self._epoch = ""

    def look(
        self, at: float, clients: Mapping[str, Client], epoch: str, since: float | None
    ) -> None:
        """Note who sent something. *since*: when the numbers became current; None: they are not."""
        if epoch != self._epoch:
            self._epoch, self._totals = epoch, {}
        self._count_time(at, since)
        totals, rhythms = self._totals, self.rhythms
        for name, (total, seen) in clients.items():
            before = totals.get(name)
            if before == total:
                continue
            totals[name] = total
            rhythm = rhythms.get(name)
            if rhythm is None:
                born = at if seen is None else min(seen, at)
                if before is None and born < at - FORGOTTEN:
                    continue
                rhythm = rhythms[name] = Rhythm(born)
            elif before is None:
                rhythm.seen_at(min(seen or 0.0, at))
            else:
                heard = max(self._looked, min(at if seen is None else seen, at))
                complete = since is not None and since <= rhythm.last
                # What is caught up with after an outage says nothing of this hour
                count = total - before if since is not None else 0
                rhythm.heard(heard, count, complete, self._week, len(rhythms))
            self.changed.add(name)
            self._due.pop(name, None)
        self._looked = at

    def due(self, name: str) -> float | None:
        """By when this client should have sent again, as far as its rhythm is known."""
        if name not in self.rhythms:
            return None
        try:
            return self._due[name]
        except KeyError:
            found = self._due[name] = self.rhythms[name].due(self._week, len(self.rhythms))
            return found

    def knows(self, name: str) -> bool:
        return name in self.rhythms and self.rhythms[name].learnt

    def recall(self, past: Past) -> None:
        """Take over what the history says of a client that is not known yet."""
        seen, told = self.rhythms.get(past.client), rhythm_of(past, self._week)
        if seen is None or seen.learnt or told is None:
            return
        told.go_on_from(seen)
        self.rhythms[past.client] = told
        self._due.pop(past.client, None)
        self.changed.add(past.client)

    def forget(self, name: str, at: float) -> None:
        self.rhythms[name].forget(at)
        self._due.pop(name, None)
        self.changed.add(name)

    def packed(self) -> Iterator[tuple[str, bytes]]:
        """What is to be kept of those that changed; empty of those that are gone."""
        names, self.changed = self.changed | self.gone, set()
        self.gone = set()
        for name in names:
            rhythm = self.rhythms.get(name)
            yield name, rhythm.pack() if rhythm else b""

    @property
    def learning(self) -> int:
        return sum(not rhythm.learnt for rhythm in self.rhythms.values())

    def _count_time(self, at: float, since: float | None) -> None:
        hour = int(at // HOUR)
        if hour != self._hour:
            if self._hour >= 0:
                self._end_hour(self.rhythms.values())
            self._hour, self._watched = hour, 0.0
        elif since is not None:
            self._watched += at - self._looked

    def _end_hour(self, rhythms: Iterable[Rhythm]) -> None:
        """When each is due stays as it was: a silence must not make itself usual."""
        end = (self._hour + 1) * HOUR
        for rhythm in rhythms:
            rhythm.end_hour(self._watched, end, self._week)
        self._drop_until(end - FORGOTTEN)
        self.changed.update(self.rhythms)
        self._due = {name: due for name, due in self._due.items() if due is not None}

    def _drop_until(self, oldest: float) -> None:
        """Names are anybody's to invent; who has not been heard since is as if new."""
        old = [name for name, rhythm in self.rhythms.items() if rhythm.last < oldest]
        for name in old:
            del self.rhythms[name]
            self._due.pop(name, None)
            self.gone.add(name)


def _read(kept: Mapping[str, bytes]) -> Iterator[tuple[str, Rhythm]]:
    """Whose rhythm can't be read is learnt anew."""
    for name, data in kept.items():
        with suppress(ValueError, struct.error):
            yield name, Rhythm.unpack(data)
