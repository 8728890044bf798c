"""Clients: their rows, and what the delta log holds back of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from comun.wire_time import rfc3339
from database.connection import Connection, Rows
from storing import statements as sql
from storing.delta_log import DeltaLog

Seen = tuple[int, int | None]
"""How many events of a client there are, and when its newest happened."""


class PageOfClients(NamedTuple):
    """The first `limit` clients by name, of those whose name comes after `after`."""

    after: str
    limit: int


def read_client(
    db: Connection, log: DeltaLog, cliente: str, latest: float
) -> dict[str, Any] | None:
    """
    Its total and when its newest event happened; None when it was never counted.

    *latest*: what time it may be. Nobody was seen later than that.
    """
    found = _stored(db.execute(sql.ONE_CLIENTE, (cliente,)))
    for (name, _, second), n in log.items():
        if name == cliente:
            _add(found, name, n, min(second, int(latest)))
    return _told(cliente, found[cliente]) if cliente in found else None


def read_clients(
    db: Connection, log: DeltaLog, page: PageOfClients, latest: float
) -> dict[str, Any]:
    """Some clients as `read_client` tells them, and after whom to go on; None: these were all."""
    found = _stored(db.execute(sql.SOME_CLIENTES, (page.after, page.limit + 1)))
    last = max(found) if len(found) > page.limit else None
    for (name, _, second), n in log.items():
        if name > page.after and (last is None or name <= last):
            _add(found, name, n, min(second, int(latest)))
    names = sorted(found)
    listed = names[: page.limit]
    return {
        "distintos": db.execute(sql.DISTINCT).fetchone()[0],
        "clientes": [_told(name, found[name]) for name in listed],
        "siguiente": listed[-1] if len(names) > len(listed) else None,
    }


def _stored(rows: Rows) -> dict[str, Seen]:
    return {cliente: (total, seen) for cliente, total, seen in rows}


def _add(found: dict[str, Seen], cliente: str, n: int, second: int) -> None:
    total, seen = found.get(cliente, (0, None))
    found[cliente] = total + n, max(second, seen or 0)


def _told(cliente: str, seen: Seen) -> dict[str, Any]:
    total, second = seen
    return {
        "cliente": cliente,
        "total": total,
        "visto": None if second is None else rfc3339(second),
    }
