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
    "sender/test_publisher_faults.py",
    "analiticas/test_delta_log.py",
    "page/test_page_recovery.py",
    "push/test_deaf_and_cut_off.py",
    "local/test_make_run.py",
    "local/test_run_several.py",
    "sender/test_intake_process.py",
    "sender/test_intake_storm.py",
    "panel/test_panel_in_chain.py",
    "chain/test_main_job.py",
    "sender/test_sender_process.py",
    "local/test_broker.py",
    "examples/test_examples.py",
    "push/test_storm.py",
    "avisos/test_alert_chain.py",
    "avisos/test_alert_kills.py",
    "page/test_page_alerts.py",
    "avisos/test_rhythm.py",
    "sender/test_line_command.py",
    "api/test_contracts_served.py",
)


def place_of(path: Path, names: Sequence[str] = LONG_FILES) -> int:
    """Where a file stands among the long ones; behind them all when it is none."""
    name = path.relative_to(TESTS).as_posix()
    return names.index(name) if name in names else len(names)
