"""`make run-cluster` for real: what is killed comes back by itself, and the total is exact."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tests.carga.conftest import commands
from tests.cluster.cluster_rig import ClusterRig
from tests.cluster.cluster_rows import most_paused
from tests.cluster.harms import TARGETS, killed
from tests.cluster.running_cluster import THRICE, RunningCluster, until
from tests.faults.outcome import violations
from tests.local.test_make_run import gone
from tests.stack import HTTP

LOOKED_AT = 6.0  # seconds: a pause that begins then is looked at to its end
CROWD = 3000
ALL_BACK = 5
"""Samples, one a second, until a panel's viewers are all at the others."""


def test_patroni_is_that_of_the_lock(cluster: RunningCluster) -> None:
    """Not the system's, which runs as well where ours can't be read."""
    told = [cluster.patroni(machine)["patroni"]["version"] for machine in cluster.machines]

    assert told == [version("patroni")] * 3


def test_whatever_is_killed_comes_back(cluster: RunningCluster, tmp_path: Path) -> None:
    """One of each kind, under load; who leads where one of them does. Then Ctrl-C ends all."""
    cluster.until_complete()
    rig = ClusterRig(cluster, tmp_path, seed=1)
    try:
        rig.start()
        rig.load(200)
        rig.until_counting(20)
        for target in TARGETS.values():
            killed(cluster, target)
            rig.longest_pause(LOOKED_AT, most_paused("kill", target))
            cluster.until_complete()
        page = HTTP.get(f"{cluster.origin}/panel/", timeout=5)
        facts = rig.finish()
    finally:
        rig.discard()

    assert page.is_success
    assert violations(facts) == []
    assert rig.findings.problems == []
    assert facts.total > 1000


def test_a_crowd_moves(cluster: RunningCluster, tmp_path: Path) -> None:
    """A panel dies under its third of the viewers: all come back, and nobody's number ever fell."""
    cluster.until_complete()
    words = ("--tasa", "20", "--duracion", "30s", "--clientes", "20", "--visores", str(CROWD))
    before = HTTP.get(cluster.report_url, timeout=5).json()["total"]
    with commands(tmp_path) as start:
        run = start("simular", *words, "--salida", "reports", settings=cluster.told)
        until(lambda: HTTP.get(cluster.report_url, timeout=5).json()["total"] > before, 60)
        cluster.kill("panel-visual-2")
        assert run.wait() == 0, run.err
    with (run.report / "serie.csv").open() as lines:
        watching = [int(row["visores"] or 0) for row in csv.DictReader(lines)]

    found = run.summary
    assert found["veredicto"] == "exacto"
    assert found["metricas"]["caidas_visores"] >= CROWD // 4
    assert seconds_away(watching) <= ALL_BACK, watching
    assert not [text for text in found["avisos"] if text.startswith("a viewer:")]


def seconds_away(watching: Sequence[int]) -> int:
    """Of viewers, a sample a second: from the first that lacks some until all are there again."""
    all_there = watching.index(CROWD)
    fell = next((n for n, there in enumerate(watching) if n > all_there and there < CROWD), None)
    return 0 if fell is None else watching.index(CROWD, fell) - fell


def test_the_end_leaves_data_alone(cluster: RunningCluster) -> None:
    """No server either, which outlives its Patroni when that is killed. The next run goes on."""
    parts = [machine.part(name) for machine in cluster.machines for name in THRICE]
    pids = [cluster.pid(part) for part in (*parts, "epmd", "reverse-proxy")]
    pids += [cluster.server_pid(machine.number) for machine in cluster.machines]

    before = HTTP.get(cluster.report_url, timeout=5).json()

    assert cluster.stop() == 0

    until(lambda: all(gone(pid) for pid in pids), 10)
    cluster.start()
    assert HTTP.get(cluster.report_url, timeout=5).json() == before
    cluster.until_complete()
