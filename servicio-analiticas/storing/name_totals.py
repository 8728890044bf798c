"""What was counted of names: from memory if they were counted lately, else from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from counting.counted import Before, Counted
from counting.leading import MOST, Leading
from counting.tally import by_name
from database.connection import Connection
from decoding.cell_reading import Cell
from storing import statements as sql
from storing.delta_log import DeltaLog

NAMES_A_QUERY = 500
WORTH_KEEPING = 1 << 16  # names, some 7 MB: to look one up costs more than counting it


class NameTotals:
    """Of clients and of event types: the tables together with what the delta log holds back."""

    def __init__(self, db: Connection, log: DeltaLog) -> None:
        self._db, self._log = db, log
        self._clientes = _Lately(db, sql.KNOWN_CLIENTES)
        self._eventos = _Lately(db, sql.KNOWN_EVENTOS)
        clientes, eventos = by_name(log.unfolded())
        self._clientes.add(clientes, self._clientes.before(clientes))
        self._eventos.add(eventos, self._eventos.before(eventos))

    def before(self, counted: Counted) -> Before:
        """What was counted until now of the names in a batch."""
        return Before(
            self._clientes.before(counted.clientes), self._eventos.before(counted.eventos)
        )

    def add(self, counted: Counted, before: Before) -> None:
        """Call once the batch is committed, with what `before` said of it."""
        self._clientes.add(counted.clientes, before.clientes)
        self._eventos.add(counted.eventos, before.eventos)

    def catch_up(
        self, cells: Mapping[Cell, int], unfolded: Mapping[Cell, int]
    ) -> tuple[dict[str, int], dict[str, int]]:
        """
        Take in what others counted, and return the new totals of those clients and types.

        *unfolded*: those of the cells that the tables don't hold yet.
        """
        (clientes, eventos), (missing, missing_eventos) = by_name(cells), by_name(unfolded)
        return self._clientes.catch_up(clientes, missing), self._eventos.catch_up(
            eventos, missing_eventos
        )

    def turn(self) -> None:
        """Call when the log is sealed: what was sealed before is in the tables."""
        self._clientes.turn()
        self._eventos.turn()

    def leading(self) -> tuple[Leading, Leading]:
        """Clients and event types, as of the last commit."""
        clientes, eventos = by_name(self._log.unfolded())
        leading = (
            self._leading(sql.LARGEST_CLIENTES, self._clientes.before(clientes)),
            self._leading(sql.LARGEST_EVENTOS, self._eventos.before(eventos)),
        )
        leading[0].names, leading[1].names = self._db.execute(sql.DISTINCT).fetchone()
        return leading

    def _leading(self, query: str, unfolded: Mapping[str, int]) -> Leading:
        """The largest of the table, and all that the log changes of them."""
        stored = self._db.execute(query, (MOST // 2,)).fetchall()
        leading = Leading(stored, others=len(stored) == MOST // 2)
        leading.set(unfolded)
        return leading


class _Lately:
    """
    The totals of the names that are in the delta log, which their table can't tell, and others.

    Two generations: when the log is sealed the older one, whose deltas are in the table by
    then, may be forgotten. So this grows with the log, not with the number of names.
    """

    def __init__(self, db: Connection, query: str) -> None:
        """*query*: `SELECT name, total … WHERE name {}`."""
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
        for name, n in added.items():
            self._young[name] = before.get(name, 0) + n

    def catch_up(self, added: Mapping[str, int], unfolded: Mapping[str, int]) -> dict[str, int]:
        """As in NameTotals: what is not in memory is in the table, but for what is not folded."""
        young, old = self._young, self._old
        totals = {name: young.get(name) or old.get(name) or 0 for name in added}
        unknown = [name for name, total in totals.items() if not total]
        stored = self.before(unknown)
        for name, total in totals.items():
            if total:
                totals[name] = total + added[name]
            else:
                totals[name] = stored.get(name, 0) + unfolded.get(name, 0)
        young.update(totals)
        return totals

    def turn(self) -> None:
        if len(self._young) >= WORTH_KEEPING:
            self._old, self._young = self._young, {}

    def _stored(self, names: list[str]) -> list[tuple[str, int]]:
        return self._db.among(self._query, names).fetchall()
