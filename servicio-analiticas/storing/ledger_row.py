"""The one row of the ledger."""

from __future__ import annotations

from typing import Any

from counting.counted import Before, Counted
from counting.totals import Totals
from counting.verdict import Verdict
from database.connection import Connection
from storing import statements as sql


def read_ledger(db: Connection) -> Totals:
    """All but the window, the clients and the types."""
    return Totals(*db.execute(sql.LEDGER).fetchone())


def identity(db: Connection) -> dict[str, Any]:
    """What tells this state of this store from any other."""
    epoca, version = db.execute(sql.IDENTITY).fetchone()
    return {"epoca": epoca, "version": version}


def update_ledger(
    db: Connection, counted: Counted, before: Before, now: float, clock: float
) -> tuple[int, int]:
    """Call inside a transaction. Return the new version, and how many ids there are."""
    n = counted.verdicts
    changed = (
        now,
        n[Verdict.COUNT],
        n[Verdict.DUPLICATE],
        n[Verdict.CONFLICT],
        n[Verdict.REJECT],
        counted.without_id,
        counted.events,
        len(counted.clientes) - len(before.clientes),
        len(counted.eventos) - len(before.eventos),
        clock,
        len(counted.ids) - counted.replaced_ids,
    )
    version, ids = db.execute(sql.UPDATE_LEDGER, changed).fetchone()
    return int(version), int(ids)
