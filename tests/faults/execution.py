"""One run of one row, from an empty virtual host to a verdict."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiormq import AMQPError

from tests.broker_stack import Broker
from tests.faults.outcome import Counters, counters, violations
from tests.faults.rig import Rig
from tests.faults.row import Do, Row

BREAKING = (AssertionError, OSError, ExceptionGroup, httpx.HTTPError, sqlite3.Error, AMQPError)


@dataclass(frozen=True, slots=True)
class Result:
    row: Row
    seed: int
    counters: Counters
    faults: int
    seconds: float
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def execute(row: Row, do: Do, broker: Broker, folder: Path, seed: int) -> Result:
    start = time.monotonic()
    with broker.virtual_host() as vhost:
        rig = Rig(vhost, folder, seed)
        try:
            _do(do, rig)
            facts = rig.finish()
        finally:
            rig.discard()
    return Result(
        row,
        seed,
        counters(facts),
        rig.findings.faults,
        time.monotonic() - start,
        tuple(rig.findings.notes),
        (*rig.findings.problems, *violations(facts)),
    )


def _do(do: Do, rig: Rig) -> None:
    """What a row can't go on after is a problem of that row; what was counted still is read."""
    try:
        do(rig)
    except BREAKING as error:
        rig.findings.problems.append(f"the row broke off: {error!r}")
        rig.vhost.broker.resume()
        if not rig.analytics.running:
            rig.analytics.start()
