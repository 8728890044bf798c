"""A short version of the rows of `make faults-cluster` that kill nothing, but for the longest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster.cluster_rig import ClusterRig
from tests.cluster.cluster_rows import CLUSTER_ROWS
from tests.cluster.machine_network import MachineNetwork
from tests.cluster.running_cluster import RunningCluster
from tests.faults.execution import judged
from tests.faults.row import Row

SHORT = [row for row in CLUSTER_ROWS if row.short]


class Place(NamedTuple):
    cluster: RunningCluster
    network: MachineNetwork


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A cluster whose machines are network namespaces."""
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces")
    with (
        MachineNetwork().at_work() as network,
        RunningCluster(tmp_path_factory.mktemp("cut"), network.machines).at_work() as cluster,
    ):
        yield Place(cluster, network)


@pytest.mark.parametrize("row", SHORT, ids=lambda row: row.title)
def test_row(row: Row, place: Place, tmp_path: Path) -> None:
    """Nothing is lost, unexpected or counted twice, and counting goes on in time."""
    rig = ClusterRig(place.cluster, tmp_path, row.number, SHORT.index(row), place.network)
    assert row.short

    result = judged(row, row.short, nullcontext(rig), row.number)

    assert result.problems == ()
    assert result.faults > 0
