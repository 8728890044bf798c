"""What a command of this folder reports, on a standard output that may lead nowhere."""

from __future__ import annotations

import os
import sys


def printed(report: str, command: str) -> bool:
    """
    Print it; return whether that went well, as it does for a reader that has read enough.

    What failed goes nowhere from then on: else Python tries again when it ends, and its exit code
    tells of that alone.
    """
    if sys.stdout is None:
        return _not_printed(command, "it is closed")
    try:
        print(report, flush=True)  # noqa: T201
    except BrokenPipeError:
        _lead_nowhere(sys.stdout.fileno())
    except OSError as error:
        _lead_nowhere(sys.stdout.fileno())
        return _not_printed(command, error.strerror or type(error).__name__)
    return True


def _not_printed(command: str, why: str) -> bool:
    sentence = f"{command}: done, but its report can't be written to standard output: {why}"
    print(sentence, file=sys.stderr)  # noqa: T201
    return False


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
