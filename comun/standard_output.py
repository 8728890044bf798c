"""Standard output and error, which may lead into a full disk or to nobody."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO


def written(text: str, file: TextIO | None) -> str | None:
    """
    Write a line at once; return why that failed, None when it did not.

    What failed goes nowhere from then on: else Python tries again when it ends, and its exit code
    tells of that alone.
    """
    if file is None:
        return "it is closed"
    try:
        print(text, file=file, flush=True)
    except OSError as error:
        _lead_nowhere(file)
        return error.strerror or type(error).__name__
    return None


def print_result(text: str, code: int, unprinted: int) -> int:
    """Print what a command found; return its exit code: *code*, or instead of 0 *unprinted*."""
    return code if printed(text, "app.py") else code or unprinted


def printed(report: str, command: str) -> bool:
    """
    Print what a command reports; return whether that went well, else say so.

    Whoever closes the pipe has read enough, which is no failure.
    """
    why = written(report, sys.stdout)
    if why is None or why == os.strerror(errno.EPIPE):
        return True
    sentence = f"{command}: done, but its report can't be written to standard output: {why}"
    written(sentence, sys.stderr)
    return False


def _lead_nowhere(file: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file.fileno())
    os.close(nowhere)
