"""What breaks in a row, or behind it, is said in its result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.broker_stack import Broker
from tests.faults.execution import execute
from tests.faults.rig import Rig
from tests.faults.table import ROWS


def test_a_broken_clean_up_is_a_problem_of_its_row(
    own_broker: Callable[[], Broker], tmp_path: Path
) -> None:
    """The next row runs all the same, and what was counted is told."""

    def lose_the_virtual_host(rig: Rig) -> None:
        rig.start()
        rig.load(200, 10)
        rig.undo.callback(rig.vhost.broker.api, "DELETE", f"/vhosts/{rig.vhost.name}")

    result = execute(ROWS[0], lose_the_virtual_host, own_broker(), tmp_path, seed=1)

    (problem,) = result.problems
    assert "404" in problem
    assert result.counters.ok == 10
