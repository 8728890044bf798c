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
    "local/test_run_several.py",
    "page/test_page_axe.py",
    "page/test_page_promptness.py",
    "observability/test_broker_alerts.py",
    "page/test_page_recovery.py",
    "sender/test_line_command.py",
    "page/test_page_live.py",
    "avisos/test_alert_chain.py",
    "local/test_make_run.py",
    "page/test_page_compared.py",
    "carga/test_faults.py",
    "observability/test_alerts.py",
    "page/test_page_layout.py",
    "page/test_page_broker.py",
    "sender/test_publisher_faults.py",
    "broker/test_several_nodes.py",
    "page/test_page_safety.py",
    "api/test_contracts_served.py",
    "page/test_page_views.py",
    "page/test_page_time.py",
    "chain/test_several_analytics.py",
    "analiticas/test_delta_log.py",
    "local/test_closed_run.py",
    "carga/test_private_load.py",
    "page/test_page_alerts.py",
    "carga/test_run.py",
    "page/test_page_room.py",
    "panel/test_hub_crowd.py",
    "examples/test_examples.py",
    "push/test_deaf_and_cut_off.py",
    "page/test_page_pause.py",
    "avisos/test_rhythm.py",
    "page/test_page_unlisted.py",
    "avisos/test_alert_kills.py",
    "carga/test_live_display.py",
    "page/test_page_access.py",
    "sender/test_intake_storm.py",
    "sender/test_intake_process.py",
    "chain/test_set_aside.py",
    "sender/test_sender_process.py",
    "local/test_broker.py",
)


def place_of(path: Path, names: Sequence[str] = LONG_FILES) -> int:
    """Where a file stands among the long ones; behind them all when it is none."""
    name = path.relative_to(TESTS).as_posix()
    return names.index(name) if name in names else len(names)
