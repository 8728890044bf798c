"""Programs that say `ready`, begin when they are told to, and answer with one line of JSON."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pinned_process import failed, started, stdin_of, stdout_of, tell

Process = subprocess.Popen[bytes]


@contextmanager
def ready(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[Process]:
    """Run *command* on any core until it is ready; end it in any case."""
    with started(command, None, settings) as process:
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
