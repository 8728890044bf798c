"""More of rows 6 and 33: what ids and history do with their age."""

from __future__ import annotations

import asyncio
import json
from functools import partial

from faults.readings import take_rejected_bodies
from faults.rig import Rig
from faults.row import Row
from faults.rows_content import publish
from faults.workload import CLIENTS, client_of


def rejected_first(rig: Rig, ids: int) -> None:
    """Row 6: what was rejected, and counted later, is known from its counting on."""
    window = max(1000, 3 * ids)
    rig.analytics.environment["ID_WINDOW_ROWS"] = str(window)
    rig.start()
    rig.other_bodies = frozenset({b"[]"})
    rig.note_attempts(range(ids), _unnamed)
    asyncio.run(publish(rig.vhost.url, [(f"id-{n}", _unnamed(n)) for n in range(ids)]))
    rig.until_quiet()
    aside = take_rejected_bodies(rig.vhost)
    rig.findings.check(len(aside) == ids, f"{len(aside)} set aside at first, not {ids}")
    _publish_bad(rig, "before", window - ids)
    _publish_named(rig, ids)
    _publish_bad(rig, "after", ids)
    rig.until_quiet()
    _publish_named(rig, ids)
    rig.note_acknowledged(range(ids), _unnamed)
    rig.findings.faults = ids
    rig.until_quiet()
    fates = (rig.read("/libro") or {"mensajes": {"duplicados": 0}})["mensajes"]
    rig.findings.check(fates["duplicados"] == ids, f"of {ids} copies known: {fates}")


def _unnamed(number: int) -> bytes:
    return json.dumps({"metadata": number}).encode()


def _publish_named(rig: Rig, ids: int) -> None:
    """The messages that name no client, with one beside them."""
    for first in range(CLIENTS):
        mine = [(f"id-{n}", _unnamed(n)) for n in range(first, ids, CLIENTS)]
        headers = {"X-Client-Name": client_of(first)}
        asyncio.run(publish(rig.vhost.url, mine, headers=headers))


def _publish_bad(rig: Rig, prefix: str, count: int) -> None:
    asyncio.run(publish(rig.vhost.url, [(f"{prefix}-{n}", b"[]") for n in range(count)]))


ROWS = (
    Row(
        6,
        "rejected first, then counted",
        partial(rejected_first, ids=5000),
        partial(rejected_first, ids=50),
    ),
)
