from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.running_cluster import RunningCluster

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all of it to a verb of its own: `make test-cluster`."""
    if os.environ.get("CLUSTER_TESTS") != "all":
        later = pytest.mark.skip(reason="takes minutes, which make test has not: make test-cluster")
        for item in items:
            if item.path.parent == HERE:
                item.add_marker(later)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """Up, without demo clients. Tests leave it so."""
    with RunningCluster(tmp_path_factory.mktemp("cluster")).at_work() as running:
        yield running
