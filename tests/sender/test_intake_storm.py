"""Broker and intake go away while events are sent, each again until it is taken."""

from collections.abc import Callable
from pathlib import Path

from tests.broker_stack import Broker
from tests.sender.intake_storm import run


def test_each_event_counts_once(own_broker: Callable[[], Broker], tmp_path: Path) -> None:
    """Killed, frozen, started again: with an Idempotency-Key every POST is counted exactly once."""
    seen, report, ledger = run(size=3000, rounds=1, broker=own_broker(), folder=tmp_path)

    assert report["clientes"] == seen.expected
    assert report["total"] == 3000
    assert ledger["contados"] == 3000
    assert (ledger["rechazados"], ledger["conflictos"]) == (0, 0)
    assert seen.answers[503] > 0
    assert seen.answers[0] > 0
    assert seen.faults == ["broker_killed", "intake_killed", "broker_frozen"]
