"""One run of one row, from an empty virtual host to a verdict."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiormq import AMQPError

from tests.broker_stack import Broker
from tests.faults.outcome import Counters, Facts, counters, violations
from tests.faults.report_reader import Findings
from tests.faults.rig import Rig
from tests.faults.row import Do, Row
from tests.faults.workload import Ledger

BREAKING = (
    *(AssertionError, OSError, ExceptionGroup, LookupError, ValueError, AMQPError),
    *(httpx.HTTPError, sqlite3.Error, subprocess.SubprocessError),
)


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
    @contextmanager
    def rig() -> Iterator[Rig]:
        with broker.virtual_host() as vhost:
            yield Rig(vhost, folder, seed)

    return judged(row, do, rig(), seed)


def judged(row: Row, do: Do, place: AbstractContextManager[Rig], seed: int) -> Result:
    """Whatever breaks, of the row or when it is cleared away, is a problem of that row alone."""
    start = time.monotonic()
    findings, facts = Findings(), None
    try:
        with place as rig:
            findings = rig.findings
            try:
                _do(do, rig)
                facts = rig.finish()
            finally:
                rig.discard()
    except BREAKING as error:
        findings.problems.append(f"its end broke off: {error!r}")
    return Result(
        row,
        seed,
        counters(facts or Facts(Ledger())),
        findings.faults,
        time.monotonic() - start,
        tuple(findings.notes),
        (*findings.problems, *(violations(facts) if facts else ())),
    )


def _do(do: Do, rig: Rig) -> None:
    """What a row can't go on after is a problem of that row; what was counted still is read."""
    try:
        do(rig)
    except BREAKING as error:
        rig.findings.problems.append(f"the row broke off: {error!r}")
        rig.recover()
