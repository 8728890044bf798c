"""One client: its row, and what the delta log holds back of it."""

from __future__ import annotations

from typing import Any

from comun.wire_time import rfc3339
from database.connection import Connection
from storing import statements as sql
from storing.delta_log import DeltaLog


def read_client(
    db: Connection, log: DeltaLog, cliente: str, latest: float
) -> dict[str, Any] | None:
    """
    Its total and when its newest event happened; None when it was never counted.

    *latest*: what time it may be. Nobody was seen later than that.
    """
    total, seen = db.execute(sql.ONE_CLIENTE, (cliente,)).fetchone() or (0, None)
    for (name, _, second), n in log.items():
        if name == cliente:
            total, seen = total + n, max(min(second, int(latest)), seen or 0)
    if not total:
        return None
    visto = None if seen is None else rfc3339(seen)
    return {"cliente": cliente, "total": total, "visto": visto}
