"""Files that even root can't write to."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def immutable(files: Sequence[Path]) -> Iterator[bool]:
    """
    Forbid writing; yield whether that was possible.

    A disk is not remounted read-only while a file of it is open for writing.
    """
    chattr = shutil.which("chattr")
    names = list(map(str, files))
    made = chattr is not None and _runs([chattr, "+i", *names])
    try:
        yield made
    finally:
        if chattr is not None:
            _runs([chattr, "-i", *names])


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
