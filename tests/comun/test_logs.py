"""What the services say, whatever is in it: one entry a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Line breaks of every kind, a forged line, and what moves a terminal's cursor
EVIL = "a\n2026-11-24T00:00:00Z INFO x forged\r\x85\u2028\u2029\x0b\x0c\x1b[2Kb"
SAY = f"""
import logging, sys
from comun.logs import configure_logging
configure_logging({{form!r}})
log = logging.getLogger("part.of")
log.info("said %s", {EVIL!r})
try:
    raise ValueError({EVIL!r})
except ValueError:
    log.exception("failed")
"""


def lines(form: str) -> list[str]:
    """What a process says that logs something evil and then a traceback with it."""
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(form=form)],
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b""
    return done.stderr.decode().splitlines()


def test_for_people() -> None:
    """An entry is a line with time, level and who says it; a traceback is indented below."""
    first, failed, *trace = lines("consola")

    assert first.split(" ", 1)[1] == (
        r"INFO part.of said a\n2026-11-24T00:00:00Z INFO x forged"
        r"\r\x85\u2028\u2029\x0b\x0c\x1b[2Kb"
    )
    assert failed.split(" ", 1)[1] == "ERROR part.of failed"
    assert trace
    assert all(line.startswith("    ") for line in trace)


def test_for_programs() -> None:
    """An entry is a JSON object on one line, its traceback too."""
    said, failed = (json.loads(line) for line in lines("json"))

    assert said.keys() == {"timestamp", "level", "logger", "event"}
    assert said["event"] == f"said {EVIL}"
    assert (failed["level"], failed["logger"]) == ("error", "part.of")
    assert "ValueError" in failed["exception"]
