"""The parts of one fault run, and its end: wait for quiet, then compare what everybody says."""

from __future__ import annotations

import datetime
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from broker_stack import VirtualHost
from faults.outcome import Facts
from faults.readings import QUEUE, counted_in, depth, take_rejected_bodies
from faults.watcher import Watcher
from faults.workload import ACKNOWLEDGED, ATTEMPT, Ledger, entry, number_of, read_ledger
from stack import ROOT, Part, free_ports, python_part

RANGE = 1_000_000_000
"""Each publisher's numbers start at a multiple of this, so that no two make the same event."""
QUIET_SECONDS = 120.0


@dataclass
class Findings:
    """What a row saw beyond the counters: faults injected, figures, and what was wrong."""

    faults: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)


class Rig:
    """
    Analytics, watcher and any number of publishers on one virtual host.

    The row does harm between `start` and `finish`; what it starts ends with `discard`.
    """

    def __init__(self, vhost: VirtualHost, folder: Path, seed: int) -> None:
        self.vhost, self.folder = vhost, folder
        self.rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.findings = Findings()
        self.store = folder / "store" / "pulso.db"
        self._parts: list[Part] = []
        self._ledgers: list[Path] = []
        (self._port,) = free_ports(1)
        self._publishers_died = False
        self.conflicting: frozenset[int] = frozenset()
        self.other_bodies: frozenset[bytes] = frozenset()  # sent, without a number, to be set aside
        self.analytics = self.new_analytics("analytics")
        # A client of its own for each reading would load the certificates each time.
        self._http = httpx.Client(timeout=5, trust_env=False)
        self.watcher = Watcher(lambda: self.report_url)

    @property
    def report_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/reporte"

    def new_analytics(self, name: str, **settings: object) -> Part:
        """One more analytics on the same queue, store and port; not started."""
        given = {"REPORTE_PORT": self._port, "STORE_PATH": self.store, **self.vhost.settings}
        script = "servicio-analiticas/analiticas.py"
        return self.keep(python_part(name, script, given | settings, self.folder))

    def load(self, rate: float, count: int | None = None, **settings: object) -> Part:
        """Start a publisher; without a count it goes on until `finish` or a kill."""
        n = len(self._ledgers)
        ledger = self.folder / f"load-{n}.ledger"
        given: dict[str, object] = {
            **self.vhost.settings,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "tests"), str(ROOT / "sender"))),
            "LOAD_FIRST": n * RANGE,
            "LOAD_RATE": rate,
            "LOAD_LEDGER": ledger,
            **({"LOAD_COUNT": count} if count else {}),
            **settings,
        }
        part = python_part(f"load-{n}", "tests/faults/load.py", given, self.folder, "started")
        self._ledgers.append(ledger)
        self.keep(part).start()
        return part

    def keep(self, part: Part) -> Part:
        """Let *part* end with the rig."""
        self._parts.append(part)
        return part

    def start(self) -> None:
        """The usual beginning: the analytics is ready, so its queue is there, and is watched."""
        self.analytics.start()
        self.watcher.start()

    def discard(self) -> None:
        self.watcher.stop()
        self._http.close()
        for part in self._parts:
            part.resume()
            part.kill()

    def publisher_died(self) -> None:
        """Unconfirmed events are no fault from now on: their publisher took them with it."""
        self._publishers_died = True

    def note_attempts(self, numbers: Iterable[int]) -> None:
        """For a row that publishes by itself: what a publisher's ledger would say."""
        self._note(ATTEMPT, numbers)

    def note_acknowledged(self, numbers: Iterable[int]) -> None:
        self._note(ACKNOWLEDGED, numbers)

    def _note(self, kind: str, numbers: Iterable[int]) -> None:
        path = self.folder / f"row-{kind}.ledger"
        path.write_bytes(b"".join(entry(kind, number) for number in numbers))
        self._ledgers.append(path)

    def keep_store_elsewhere(self) -> None:
        """End the analytics and copy its store, before the disk it lies on goes away."""
        self.findings.check(self.analytics.stop() == 0, "the analytics did not stop cleanly")
        kept = self.folder / "kept.db"
        shutil.copy(self.store, kept)
        self.store = kept
        self.analytics = self.new_analytics("analytics-again")
        self.analytics.start()

    def received_in_store(self) -> int:
        """Messages with any fate, as the store says; for when the analytics does not run."""
        with closing(sqlite3.connect(self.store)) as db:
            query = "SELECT contados + duplicados + conflictos + rechazados FROM libro"
            (received,) = db.execute(query).fetchone()
        return int(received)

    def read(self, path: str = "") -> Mapping[str, Any] | None:
        """A document of the report; None while the analytics does not answer."""
        with suppress(httpx.HTTPError):
            answer = self._http.get(f"{self.report_url}{path}")
            if answer.is_success:
                document: Mapping[str, Any] = answer.json()
                return document
        return None

    def until(self, what: str, condition: Callable[[], bool], seconds: float) -> float:
        """Wait for a condition and return how long it took; a problem when it never came."""
        start = time.monotonic()
        while not condition():
            if (waited := time.monotonic() - start) > seconds:
                self.findings.problems.append(f"not within {seconds:.0f} s: {what}")
                return waited
            time.sleep(0.02)
        return time.monotonic() - start

    def version(self) -> int:
        report = self.read()
        return report["version"] if report else -1

    def until_counting(self, seconds: float) -> float:
        """Wait for a commit later than whatever the report says first."""
        start = time.monotonic()
        self.until("the report answers", lambda: self.version() >= 0, seconds)
        before = self.version()
        self.until("the count goes on", lambda: self.version() > before, seconds)
        return time.monotonic() - start

    def until_stalled(self, seconds: float) -> None:
        """Wait until nothing is counted for a second: the fault does its work."""
        seen = [(self.version(), time.monotonic())]

        def stalled() -> bool:
            if (version := self.version()) != seen[0][0]:
                seen[0] = (version, time.monotonic())
            return time.monotonic() - seen[0][1] > 1

        self.until("counting stops", stalled, seconds)

    def finish_loads(self, seconds: float = QUIET_SECONDS) -> None:
        """Let every publisher deliver what it has, and end."""
        running = [part for part in self._parts if part.name.startswith("load") and part.running]
        for part in running:
            code = None
            with suppress(subprocess.TimeoutExpired):
                endless = "LOAD_COUNT" not in part.environment
                code = part.stop(seconds) if endless else part.wait(seconds)
            self.findings.check(code == 0, f"{part.name} ended with {code}: {part.log[-400:]}")

    def until_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until queue and consumer are empty, as the analytics measures after now."""
        asked = time.time() + 0.001

        def quiet() -> bool:
            queue = (self.read("/libro") or {}).get("cola")
            if queue is None or seconds_of(queue["medido"]) < asked:
                return False
            return not (queue["listos"] or queue["sin_ack"])

        self.until("the queue is empty and everything acknowledged", quiet, seconds)

    def finish(self) -> Facts:
        """End everything in order and read what is true now."""
        self.finish_loads()
        self.until_quiet()
        report = self.read() or {"total": 0, "clientes": {}}
        book = self.read("/libro") or {"mensajes": {"duplicados": 0}}
        complaints = self.watcher.stop()
        if self.analytics.running:
            code = self.analytics.stop()
            self.findings.check(code == 0, f"the analytics ended with {code}")
        ledger = self.ledger()
        counted, strangers = counted_in(self.store, ledger.attempts, self.other_bodies)
        aside = take_rejected_bodies(self.vhost)
        dead = Counter(number_of(body) for body in aside if body not in self.other_bodies)
        return Facts(
            ledger=ledger,
            counted=counted,
            dead_letters=dead,
            strangers=strangers,
            queued=depth(self.vhost, QUEUE),
            total=report["total"],
            clients=report["clientes"],
            copies=book["mensajes"]["duplicados"],
            complaints=complaints,
            publishers_died=self._publishers_died,
            conflicting=self.conflicting,
        )

    def ledger(self) -> Ledger:
        """What all publishers wrote down so far."""
        attempts, acknowledged = set[int](), set[int]()
        for path in self._ledgers:
            if path.exists():
                with path.open() as lines:
                    found = read_ledger(lines)
                attempts |= found.attempts
                acknowledged |= found.acknowledged
        return Ledger(frozenset(attempts), frozenset(acknowledged))


def seconds_of(moment: str) -> float:
    return datetime.datetime.fromisoformat(moment).timestamp()
