"""A fault run on a whole cluster: the loads, readings and accounts of tests/faults."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tests.cluster.machine_network import MachineNetwork
from tests.cluster.running_cluster import RunningCluster
from tests.faults.outcome import Facts
from tests.faults.readings import counted_by
from tests.faults.report_reader import QUIET_SECONDS
from tests.faults.rig import RANGE, Rig
from tests.faults.watcher import Watcher
from tests.faults.workload import POISON, Ledger
from tests.stack import Part

RUN = 10 * RANGE
"""Numbers of each run's events begin at a multiple of this."""


class ClusterRig(Rig):
    """
    The analytics are the cluster's own, and so is what starts them again.

    The *run* is one of several on the same cluster: what was there before is none of its.
    """

    def __init__(
        self,
        cluster: RunningCluster,
        folder: Path,
        seed: int,
        run: int = 0,
        network: MachineNetwork | None = None,
    ) -> None:
        """*network*: where cables may be pulled."""
        super().__init__(cluster.vhost, folder, seed)
        self.cluster, self._network, self._run, self._loads = cluster, network, run, 0
        self.watcher = Watcher(lambda: self.report_url, of_several=True)
        self._known: set[int] = set()
        self._before: Mapping[str, Any] = {"total": 0, "clientes": {}}
        self._copies = 0

    @property
    def report_url(self) -> str:
        return self.cluster.report_url

    @property
    def network(self) -> MachineNetwork:
        assert self._network, "the machines of this cluster have no cables"
        return self._network

    def recover(self) -> None:
        self.undo.close()

    def start(self, settle: bool = False) -> None:
        self._known = {digest for digest, _ in self.cluster.known()}
        self._before = self.answer() or self._before
        self._copies = (self.answer("/libro") or {"mensajes": {}})["mensajes"].get("duplicados", 0)
        self.watcher.start()

    def new_load(self, rate: float, count: int | None = None, **settings: object) -> Part:
        first = self._run * RUN + self._loads * RANGE
        assert first + RANGE < POISON, "too many runs for one cluster"
        self._loads += 1
        given = {"RABBITMQ_HOST": self.cluster.told["RABBITMQ_HOST"], "LOAD_FIRST": first}
        return super().new_load(rate, count, **given | settings)

    def longest_pause(self, seconds: float, most: float) -> float:
        """Of counting, within so many seconds and until it goes on; a problem above *most*."""
        end = time.monotonic() + seconds
        seen, since, longest = self.version(), time.monotonic(), 0.0
        while (now := time.monotonic()) < end or now - since > 1:
            version = self.version()
            longest = max(longest, time.monotonic() - since)
            if version > seen:
                seen, since = version, time.monotonic()
            elif longest > most:
                break
            time.sleep(0.02)
        self.findings.check(longest <= most, f"nothing was counted for {longest:.0f} s")
        return longest

    def until_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """
        Until all that was confirmed is counted, too: the leader of before, back from a cut, tells
        of its queue for some seconds as it was.
        """
        confirmed = self.ledger().confirmed
        self.until("all is counted", lambda: confirmed <= self._known_now(), seconds)
        super().until_quiet(seconds)

    def _known_now(self) -> set[int]:
        with suppress(psycopg.Error):
            return {digest for digest, _ in self.cluster.known()}
        return set()

    def counted(self, ledger: Ledger) -> tuple[Counter[int], int]:
        new = (each for each in self.cluster.known() if each[0] not in self._known)
        return counted_by(new, ledger.messages)

    def finish(self) -> Facts:
        facts, before = super().finish(), self._before
        clients = Counter(facts.clients)
        clients.subtract(before["clientes"])
        return replace(
            facts,
            total=facts.total - before["total"],
            clients=+clients,
            copies=facts.copies - self._copies,
        )
