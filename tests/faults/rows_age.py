"""More of rows 6 and 33: what ids and history do with their age."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.faults.report_reader import seconds_of
from tests.faults.rig import Rig
from tests.faults.row import Pace, Row
from tests.faults.rows_content import publish
from tests.faults.workload import CLIENTS, client_of
from tests.stack import ROOT


def rejected_first(rig: Rig, ids: int) -> None:
    """Row 6: what was rejected, and counted later, is known from its counting on."""
    window = max(1000, 3 * ids)
    rig.analytics.environment["ID_WINDOW_ROWS"] = str(window)
    rig.start()
    rig.other_bodies = frozenset({b"[]"})
    rig.note_attempts(range(ids), _unnamed)
    asyncio.run(publish(rig.vhost.url, [(f"id-{n}", _unnamed(n)) for n in range(ids)]))
    rig.until_quiet()
    aside = rig.set_aside(ids)
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


def wrong_clock(rig: Rig, days: int, seconds: float, times: int, rate: float) -> None:
    """Row 33: for some seconds the analytics is days ahead, or behind; nothing leaves history."""
    clock = rig.folder / "clock"
    clock.write_text("0")
    rig.analytics.command[1] = str(ROOT / "tests/faults/folding_analytics.py")
    rig.analytics.environment |= {
        "PYTHONPATH": f"{Path(__file__).parent / 'clock'}:{ROOT / 'servicio-analiticas'}:{ROOT}",
        "FAULTS_CLOCK": str(clock),
    }
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    for n in range(times):
        rig.until("history is there to be deleted", lambda: _chunks(rig) > 0, 20)
        jump = days * 86400 * (-1) ** n
        clock.write_text(str(jump))
        rig.until("the clock is seen to be wrong", partial(_is_off, rig, jump), 20)
        if n % 2:
            rig.analytics.kill()  # a restart under a wrong clock forgets nothing either
            rig.analytics.start()
        rig.until_counting(20)
        time.sleep(seconds)
        clock.write_text("0")
        rig.findings.faults += 1
        rig.until("the clock is right again", lambda: _is_off(rig, 0), 20)
    rig.finish_loads()
    rig.until_quiet()
    total = (rig.read() or {"total": -1})["total"]
    rig.until("history has what was counted", lambda: _in_history(rig) == total, 30)
    rig.findings.notes.append(f"{_in_history(rig)} of {total} events in history")


def _chunks(rig: Rig) -> int:
    with closing(sqlite3.connect(rig.store, timeout=10)) as db:
        (chunks,) = db.execute("SELECT count(*) FROM historia_trozos").fetchone()
    return int(chunks)


def _is_off(rig: Rig, by: float) -> bool:
    told = (rig.read() or {"generado": "1970-01-01T00:00:00Z"})["generado"]
    return abs(seconds_of(told) - time.time() - by) < 3000


def _in_history(rig: Rig) -> int:
    """-1 when the answer says that it lacks something."""
    year = rig.read("/historia?ventana=364d&paso=1d&por=total")
    whole = rig.read("/historia?ventana=30m&paso=1m&por=total")
    if not (year and whole and year["completo"] and whole["completo"]):
        return -1
    sums = {sum(document["series"][0]["puntos"]) for document in (year, whole)}
    return sums.pop() if len(sums) == 1 else -1


ROWS = (
    Row(
        6,
        "rejected first, then counted",
        partial(rejected_first, ids=5000),
        None,
        held_by="analiticas/test_store.py::test_an_id_is_as_old_as_its_count",
    ),
    Row(
        33,
        "clock wrong for seconds",
        partial(wrong_clock, days=400, seconds=10, times=6, rate=500),
        partial(wrong_clock, days=400, seconds=3, times=2, rate=200),
        pace=Pace.IDLE,
    ),
)
