"""What the services say, whatever is in it: one entry a line. Each has a copy of the module."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import analytics_logs
import panel_logs
import sender_logs

MODULES = [analytics_logs, panel_logs, sender_logs]
# Line breaks of every kind, a forged line, and what moves a terminal's cursor
EVIL = "a\n2026-11-24T00:00:00Z INFO x forged\r\x85\u2028\u2029\x0b\x0c\x1b[2Kb"
SAY = f"""
import logging, sys
import {{module}}
{{module}}.configure_logging({{form!r}})
log = logging.getLogger("part.of")
log.info("said %s", {EVIL!r})
try:
    raise ValueError({EVIL!r})
except ValueError:
    log.exception("failed")
"""


def lines(module: str, form: str, folder: Path) -> list[str]:
    """What a process says that logs something evil and then a traceback with it."""
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(module=module, form=form)],
        env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b""
    return done.stderr.decode().splitlines()


def test_the_copies_are_equal() -> None:
    """Services share no code, so each has this one; a change belongs in all of them."""
    assert len({Path(str(module.__file__)).read_text() for module in MODULES}) == 1


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.__name__))
def test_for_people(module: object) -> None:
    """An entry is a line with time, level and who says it; a traceback is indented below."""
    file = Path(str(getattr(module, "__file__", "")))
    first, failed, *trace = lines(file.stem, "consola", file.parent)

    assert first.split(" ", 1)[1] == (
        r"INFO part.of said a\n2026-11-24T00:00:00Z INFO x forged"
        r"\r\x85\u2028\u2029\x0b\x0c\x1b[2Kb"
    )
    assert failed.split(" ", 1)[1] == "ERROR part.of failed"
    assert trace
    assert all(line.startswith("    ") for line in trace)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.__name__))
def test_for_programs(module: object) -> None:
    """An entry is a JSON object on one line, its traceback too."""
    file = Path(str(getattr(module, "__file__", "")))
    said, failed = (json.loads(line) for line in lines(file.stem, "json", file.parent))

    assert said.keys() == {"timestamp", "level", "logger", "event"}
    assert said["event"] == f"said {EVIL}"
    assert (failed["level"], failed["logger"]) == ("error", "part.of")
    assert "ValueError" in failed["exception"]
