"""
Which test files take long, so that they begin first.

`make test` gives each file to the worker that is free: a long one that came last would leave the
other worker with nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parent
# 15 s and more, the longest first
LONG_FILES = (
    "faults/test_rows.py",
    "page/test_page_promptness.py",
    "page/test_page_axe.py",
    "page/test_page_recovery.py",
    "observability/test_broker_alerts.py",
    "observability/test_alerts.py",
    "broker/test_several_nodes.py",
    "avisos/test_alert_chain.py",
    "page/test_page_alerts.py",
    "carga/test_faults.py",
    "sender/test_publisher_faults.py",
    "local/test_make_run.py",
    "page/test_page_broker.py",
    "api/test_contracts_served.py",
    "carga/test_run.py",
    "push/test_deaf_and_cut_off.py",
    "carga/test_private_load.py",
    "sender/test_line_command.py",
    "carga/test_live_display.py",
    "avisos/test_rhythm.py",
    "sender/test_intake_storm.py",
    "local/test_closed_run.py",
    "avisos/test_alert_kills.py",
    "examples/test_examples.py",
    "sender/test_sender_process.py",
    "carga/test_verify_again.py",
    "sender/test_intake_process.py",
)


def place_of(path: Path, names: Sequence[str] = LONG_FILES) -> int:
    """Where a file stands among the long ones; behind them all when it is none."""
    name = path.relative_to(TESTS).as_posix()
    return names.index(name) if name in names else len(names)
