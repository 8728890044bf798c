"""Standard output and error, which may lead into a full disk or to nobody."""

from __future__ import annotations

import os
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


def _lead_nowhere(file: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file.fileno())
    os.close(nowhere)
