"""Programs that say `ready`, begin when they are told to, and answer with one line of JSON."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pinned_process import failed, started, stdin_of, stdout_of, tell

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDERS = ("bench/ingest", "bench/push", "sender", ".", "local")
PYTHONPATH = ":".join(str(ROOT / each) for each in FOLDERS)

Process = subprocess.Popen[bytes]


def python(script: str, *words: str) -> list[str]:
    return [sys.executable, str(HERE / script), *words]


@contextmanager
def ready(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[Process]:
    """Run *command* on any core until it is ready; end it in any case."""
    with started(command, None, {"PYTHONPATH": PYTHONPATH, **settings}) as process:
        if stdout_of(process).readline() != b"ready\n":
            raise failed(process, "did not get ready")
        yield process


def ask(process: Process, line: bytes = b"") -> bytes:
    """Return what *process* answers to a line."""
    tell(process, line)
    answer = stdout_of(process).readline()
    if not answer:
        raise failed(process, "ended without an answer")
    return answer


def finish(process: Process) -> list[bytes]:
    """Close its stdin, which ends it, and return all that it said."""
    stdin_of(process).close()
    return stdout_of(process).readlines()
