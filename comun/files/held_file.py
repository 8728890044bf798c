"""A file that one process holds for as long as it lives, and only its owner reads."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO


class FileInUseError(RuntimeError):
    """Another process holds it. The text names that process."""


def make_private(path: Path) -> None:
    """Let only the owner read the file, its lock and what SQLite puts beside it, from now on."""
    with suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
    for each in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm", ".lock"))):
        with suppress(FileNotFoundError, PermissionError):
            each.chmod(each.stat().st_mode & 0o700)


def hold_file(path: Path) -> IO[str]:
    """Hold the file until the result is closed. Raises FileInUseError, or OSError."""
    lock = Path(f"{path}.lock").open("a+", encoding="ascii")  # noqa: SIM115 - held for life
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise FileInUseError(f"{path} is in use by process {holder}") from None
    try:
        lock.truncate(0)
        os.write(lock.fileno(), f"{os.getpid()}\n".encode("ascii"))
    except OSError:
        lock.close()
        raise
    return lock
