"""A short version of the rows of `make faults` whose fault no other test holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broker_stack import Broker
from tests.faults.execution import execute
from tests.faults.row import Row
from tests.faults.table import ROWS
from tests.stack import ROOT

SHORT = [row for row in ROWS if row.short]


@pytest.mark.parametrize("row", SHORT, ids=lambda row: f"{row.number} {row.title}")
def test_row(row: Row, own_broker: Callable[[], Broker], tmp_path: Path) -> None:
    """Nothing is lost, unexpected or counted twice, and the queue ends empty."""
    assert row.short
    result = execute(row, row.short, own_broker(), tmp_path, seed=row.number)

    assert result.problems == ()
    assert result.faults > 0


def test_the_others_are_held_elsewhere() -> None:
    """Each row without a short version names tests, which exist."""
    for row in ROWS:
        named = row.held_by.split()
        assert bool(named) is (row.short is None), row
        for name in named:
            file, _, test = name.partition("::")
            assert f"def {test}(" in (ROOT / "tests" / file).read_text(), name
