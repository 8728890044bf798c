"""Events dated in the future: counted, in no history, and told of by client, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comun.wire_time import rfc3339
from database.connection import Connection
from history import statements as sql

MOST_KEPT = 100  # clients, those seen last
MOST_TOLD = 5
HOUR, DAY = 3600, 86400
QUARTERS = frozenset({5 * 4 + 3, 8 * 4 + 3, 12 * 4 + 3, 13 * 4 + 3})
"""The offsets of time zones, summer time too, that end in 45 minutes; in quarters of an hour."""
EARLY, LATE = 60, 180  # seconds: a clock that differs; how long counting and folding may take

Found = Mapping[str, tuple[int, int]]
"""For each client how many events were dated in the future, and the latest second of them."""


def reason_of(lead: float) -> str:
    """The likely reason why an event was dated *lead* seconds ahead."""
    if _is_offset_of_a_zone(lead):
        return "hora_local"
    return "reloj" if lead <= DAY else "fecha"


def _is_offset_of_a_zone(lead: float) -> bool:
    quarter = HOUR // 4
    nearest = int(lead + LATE) // quarter
    off = lead - nearest * quarter
    is_offset = 4 <= nearest <= 14 * 4 and (nearest % 2 == 0 or nearest in QUARTERS)
    return is_offset and -LATE <= off <= EARLY


class FutureEvents:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, found: Found, now: float) -> None:
        """Call inside the transaction that leaves them out of history."""
        if not found:
            return
        rows = ((cliente, n, now, int(second - now)) for cliente, (n, second) in found.items())
        self._db.executemany(sql.ADD_FUTURE, rows)
        self._db.execute(sql.TRIM_FUTURE, (MOST_KEPT,))

    def read(self) -> dict[str, Any] | None:
        """What `GET /reporte/estado` tells of them; None when there never were any."""
        (total,) = self._db.execute(sql.FUTURE_TOTAL).fetchone()
        if not total:
            return None
        rows = self._db.execute(sql.FUTURE, (MOST_TOLD,)).fetchall()
        clientes = [
            {
                "cliente": cliente,
                "eventos": events,
                "ultimo": rfc3339(newest),
                "adelanto_s": lead,
                "motivo": reason_of(lead),
            }
            for cliente, events, newest, lead in sorted(rows, key=lambda row: (-row[1], row[0]))
        ]
        newest = max((row[2] for row in rows), default=None)
        return {
            "total": total,
            "ultimo": None if newest is None else rfc3339(newest),
            "clientes": clientes,
            "otros": total - sum(row[1] for row in rows),
        }
