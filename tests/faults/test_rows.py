"""A short version of every row of `make faults`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broker_stack import Broker
from tests.faults.execution import execute
from tests.faults.row import Row
from tests.faults.table import ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number} {row.title}")
def test_row(row: Row, own_broker: Callable[[], Broker], tmp_path: Path) -> None:
    """Nothing is lost, unexpected or counted twice, and the queue ends empty."""
    result = execute(row, row.short, own_broker(), tmp_path, seed=row.number)

    assert result.problems == ()
    assert result.faults > 0
