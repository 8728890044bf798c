"""The parts of one fault run, and its end: wait for quiet, then compare what everybody says."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from tests.broker_stack import VirtualHost
from tests.faults.outcome import Facts
from tests.faults.readings import QUEUE, REJECTED, counted_in, depth, take_rejected_bodies
from tests.faults.report_reader import QUIET_SECONDS, Findings, ReportReader
from tests.faults.watcher import Watcher
from tests.faults.workload import ACKNOWLEDGED, ATTEMPT, Ledger, body_of, entry, numbers_of
from tests.port_ranges import free_ports
from tests.stack import ROOT, Part, python_part

Body = Callable[[int], bytes]
RANGE = 1_000_000_000
"""Each publisher's numbers start at a multiple of this, so that no two make the same event."""


class Rig(ReportReader):
    """
    Analytics, watcher and any number of publishers on one virtual host.

    The row does harm between `start` and `finish`; what it starts ends with `discard`.
    """

    def __init__(self, vhost: VirtualHost, folder: Path, seed: int) -> None:
        super().__init__(lambda: self.report_url, Findings())
        self.vhost, self.folder = vhost, folder
        self.rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.store = folder / "store" / "pulso.db"
        self.undo = ExitStack()  # what a row needs until the end
        self._parts: list[Part] = []
        self._ledgers: list[Path] = []
        (self._port,) = free_ports(1)
        self._publishers_died = False
        self.conflicting: frozenset[int] = frozenset()
        self.other_bodies: frozenset[bytes] = frozenset()  # sent, without a number, to be set aside
        self.analytics = self.new_analytics("analytics")
        self.watcher = Watcher(lambda: self.report_url)

    @property
    def report_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/reporte"

    @property
    def report_port(self) -> int:
        return self._port

    def move_to(self, vhost: VirtualHost) -> None:
        """Take another broker, before the start."""
        self.vhost = vhost
        self.analytics = self.new_analytics("analytics-moved")

    def new_analytics(self, name: str, **settings: object) -> Part:
        """One more analytics on the same queue, store and port; not started."""
        given = {"REPORTE_PORT": self._port, "STORE_PATH": self.store, **self.vhost.settings}
        script = "servicio-analiticas/analiticas.py"
        return self.keep(python_part(name, script, given | settings, self.folder))

    def load(self, rate: float, count: int | None = None, **settings: object) -> Part:
        """Start a publisher; without a count it goes on until `finish` or a kill."""
        part = self.new_load(rate, count, **settings)
        part.start()
        return part

    def new_load(self, rate: float, count: int | None = None, **settings: object) -> Part:
        """The same, not started."""
        n = len(self._ledgers)
        ledger = self.folder / f"load-{n}.ledger"
        given: dict[str, object] = {
            **self.vhost.settings,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "sender"))),
            "LOAD_FIRST": n * RANGE,
            "LOAD_RATE": rate,
            "LOAD_LEDGER": ledger,
            **({"LOAD_COUNT": count} if count else {}),
            **settings,
        }
        part = python_part(f"load-{n}", "tests/faults/load.py", given, self.folder, "started")
        self._ledgers.append(ledger)
        return self.keep(part)

    def keep(self, part: Part) -> Part:
        """Let *part* end with the rig."""
        self._parts.append(part)
        return part

    def start(self, settle: bool = False) -> None:
        """
        The usual beginning: the analytics is ready, so its queue is there, and is watched.

        To *settle* takes 2 s longer; without it a node that is killed soon forgets the queue.
        """
        if settle:
            del self.analytics.environment["QUEUE_SETTLE_SECONDS"]
        self.analytics.start()
        self.watcher.start()

    def discard(self) -> None:
        """End everything, whatever fails meanwhile."""
        with ExitStack() as ends:
            ends.callback(self.undo.close)
            for part in self._parts:
                ends.callback(part.kill)
                ends.callback(part.resume)
            ends.callback(self.close)
            ends.callback(self.watcher.stop)

    def recover(self) -> None:
        """After a row broke off, so that what was counted can be read."""
        self.vhost.broker.resume()
        if not self.analytics.running:
            self.analytics.start()

    def publisher_died(self) -> None:
        """Unconfirmed events are no fault from now on: their publisher took them with it."""
        self._publishers_died = True

    def note_attempts(self, numbers: Iterable[int], body: Body = body_of) -> None:
        """For a row that publishes by itself: what a publisher's ledger would say."""
        self._note(ATTEMPT, numbers, body)

    def note_acknowledged(self, numbers: Iterable[int], body: Body = body_of) -> None:
        self._note(ACKNOWLEDGED, numbers, body)

    def _note(self, kind: str, numbers: Iterable[int], body: Body) -> None:
        path = self.folder / f"row-{len(self._ledgers)}.ledger"
        path.write_bytes(b"".join(entry(kind, body(number)) for number in numbers))
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

    def set_aside(self, expected: int) -> list[bytes]:
        """Take the rejected bodies, once so many are there: they leave the analytics by and by."""
        self.until(
            f"{expected} messages are set aside",
            lambda: depth(self.vhost, REJECTED) >= expected,
            QUIET_SECONDS,
        )
        return take_rejected_bodies(self.vhost)

    def finish_loads(self, seconds: float = QUIET_SECONDS) -> None:
        """Let every publisher deliver what it has, and end."""
        running = [part for part in self._parts if part.name.startswith("load") and part.running]
        for part in running:
            code = None
            with suppress(subprocess.TimeoutExpired):
                endless = "LOAD_COUNT" not in part.environment
                code = part.stop(seconds) if endless else part.wait(seconds)
            self.findings.check(code == 0, f"{part.name} ended with {code}: {part.log[-400:]}")

    def finish(self) -> Facts:
        """End everything in order and read what is true now."""
        self.finish_loads()
        self.until_quiet()
        self.until_copied()
        report = self.answer() or {"total": 0, "clientes": {}}
        book = self.answer("/libro") or {"mensajes": {"duplicados": 0}}
        complaints = self.watcher.stop()
        if self.analytics.running:
            code = self.analytics.stop()
            self.findings.check(code == 0, f"the analytics ended with {code}")
        ledger = self.ledger()
        counted, strangers = self.counted(ledger)
        aside = take_rejected_bodies(self.vhost)
        dead = Counter(
            number for body in aside if body not in self.other_bodies for number in numbers_of(body)
        )
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

    def counted(self, ledger: Ledger) -> tuple[Counter[int], int]:
        """How many ids counted each number, and how many ids are of nothing that was sent."""
        return counted_in(self.store, ledger.messages, self.other_bodies)

    def ledger(self) -> Ledger:
        """What all publishers wrote down so far."""
        found = Ledger()
        for path in self._ledgers:
            if path.exists():
                with path.open() as lines:
                    found.read(lines)
        return found
