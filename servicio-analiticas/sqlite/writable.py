"""Whether the store can be written, looked at before anything is begun."""

from __future__ import annotations

import os
from pathlib import Path

from database.failures import StoreUnavailableError

FREE_BYTES = 16 * 1024**2  # more than a COMMIT and the checkpoint that it may start can write


def check_writable(*files: Path) -> None:
    """
    Raises StoreUnavailableError.

    A file that can't be written at COMMIT ends the process, and so does the next one after
    taking a prefetch of messages, and so on. With this look it only pauses counting.
    """
    for path in files:
        if not os.access(path, os.W_OK):
            raise StoreUnavailableError(f"{path} is read-only")
    folder = files[0].parent
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < FREE_BYTES:
        raise StoreUnavailableError(f"{free / 1e6:.1f} MB are free in {folder}")
