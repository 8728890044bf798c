"""The counts in the store: totals and history, and the log on its way there."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from comun.wire_time import rfc3339
from counting.leading import MOST, Leading
from counting.tally import Tally, by_name
from decoding.cell_reading import Cell
from history.history import History
from history.levels import Retention
from history.query import HistoryQuery
from history.steady_clock import Moment, running_seconds
from storing import schema as sql
from storing.delta_log import DeltaLog
from storing.known_totals import KnownTotals

PRUNE_SECONDS = 2.0


class Counts:
    """`append` and `step` belong inside a transaction, `commit` or `roll_back` after it."""

    def __init__(self, db: sqlite3.Connection, kept: Retention) -> None:
        self._db = db
        self._history = History(db, kept)
        self._clock = self._history.clock(time.time(), running_seconds())
        self._pruned_at = time.monotonic()
        self._log = DeltaLog(db, time.monotonic())
        self._clientes = KnownTotals(db, sql.KNOWN_CLIENTES)
        self._eventos = KnownTotals(db, sql.KNOWN_EVENTOS)
        clientes, eventos = by_name(self._log.unfolded())
        self._clientes.add(clientes, self._clientes.before(clientes))
        self._eventos.add(eventos, self._eventos.before(eventos))
        self._appended: Tally | None = None

    def leading(self) -> tuple[Leading, Leading]:
        """Clients and event types, as of the last commit."""
        clientes, eventos = by_name(self._log.unfolded())
        names = self._db.execute(sql.DISTINCT).fetchone()
        leading = (
            self._leading(sql.LARGEST_CLIENTES, self._clientes, clientes),
            self._leading(sql.LARGEST_EVENTOS, self._eventos, eventos),
        )
        leading[0].names, leading[1].names = names
        return leading

    def look_up(self, tally: Tally) -> None:
        """Tell the tally what was counted before."""
        tally.clientes_before = self._clientes.before(tally.clientes)
        tally.eventos_before = self._eventos.before(tally.eventos)

    def append(self, version: int, tally: Tally) -> None:
        self._log.append(version, tally)
        self._appended = tally
        self.step()

    def step(self) -> None:
        """A little of what is to be done beside counting."""
        if self._log.has_work:
            self._log.step(self._fold)
        elif self._prune_is_due:
            self._history.prune(self._now())
            self._pruned_at = time.monotonic()

    @property
    def has_work(self) -> bool:
        return self._log.has_work or self._prune_is_due

    @property
    def _prune_is_due(self) -> bool:
        return time.monotonic() - self._pruned_at >= PRUNE_SECONDS

    def client(self, cliente: str) -> dict[str, Any] | None:
        """Its total and when its newest event happened; None when it was never counted."""
        total, seen = self._db.execute(sql.ONE_CLIENTE, (cliente,)).fetchone() or (0, None)
        now = int(self._now().latest)
        for (name, _, second), n in self._log.items():
            if name == cliente:
                total, seen = total + n, max(min(second, now), seen or 0)
        if not total:
            return None
        visto = None if seen is None else rfc3339(seen)
        return {"cliente": cliente, "total": total, "visto": visto}

    def history_reading(
        self, query: HistoryQuery
    ) -> Callable[[sqlite3.Connection], dict[str, Any]]:
        return self._history.reading(query, self._log.unfolded(), self._now())

    def future_events(self) -> dict[str, Any] | None:
        return self._history.future.read()

    def _now(self) -> Moment:
        return self._clock.read(time.time(), running_seconds())

    def commit(self) -> None:
        self._log.commit()
        if self._appended:
            self._clientes.add(self._appended.clientes, self._appended.clientes_before)
            self._eventos.add(self._appended.eventos, self._appended.eventos_before)
            self._appended = None
        self.seal()

    def seal(self) -> None:
        if self._log.seal(time.monotonic()):
            self._clientes.turn()
            self._eventos.turn()

    def roll_back(self) -> None:
        self._log.roll_back()
        self._appended = None

    def _fold(self, cells: Mapping[Cell, int]) -> None:
        """Names go in in order, so that those on one page go together."""
        now = self._now()
        clientes, eventos = by_name(cells)
        seen: dict[str, int] = {}
        for cliente, _, second in cells:
            if seen.get(cliente, -1) < second:
                seen[cliente] = min(second, int(now.latest))  # nobody was seen tomorrow
        rows = ((cliente, n, seen[cliente]) for cliente, n in sorted(clientes.items()))
        self._db.executemany(sql.ADD_CLIENTES, rows)
        self._db.executemany(sql.ADD_EVENTOS, sorted(eventos.items()))
        self._history.fold(cells, now)

    def _leading(self, query: str, known: KnownTotals, unfolded: Counter[str]) -> Leading:
        """The largest of the table, and all that the log changes of them."""
        stored = self._db.execute(query, (MOST // 2,)).fetchall()
        leading = Leading(stored, others=len(stored) == MOST // 2)
        leading.set(known.before(unfolded))
        return leading
