"""A short version of every row of `make faults`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from broker_stack import Broker
from faults.execution import execute
from faults.table import ROWS, Row


@pytest.fixture(scope="module")
def faulty_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A node that the rows share: one may kill or freeze it, and leaves it running."""
    broker = Broker(tmp_path_factory.mktemp("faulty-broker"))
    with ExitStack() as stack:
        stack.callback(broker.discard)
        broker.start()
        yield broker


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number} {row.title}")
def test_row(row: Row, faulty_broker: Broker, tmp_path: Path) -> None:
    """Nothing is lost, unexpected or counted twice, and the queue ends empty."""
    result = execute(row, row.short, faulty_broker, tmp_path, seed=row.number)

    assert result.problems == ()
    assert result.faults > 0
