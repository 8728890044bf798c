from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from database.failures import StoreInUseError


def make_private(path: Path) -> None:
    """Let only the owner read the store, its lock and what SQLite puts beside it, from now on."""
    path.touch(mode=0o600)
    for each in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm", ".lock"))):
        with suppress(FileNotFoundError, PermissionError):
            each.chmod(each.stat().st_mode & 0o700)


def lock_store(path: Path) -> IO[str]:
    """Hold the store until the result is closed. Raises StoreInUseError, naming the holder."""
    lock = Path(f"{path}.lock").open("a+", encoding="ascii")  # noqa: SIM115 - held for life
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreInUseError(
            f"{path} is in use by process {holder}: two would count everything twice."
            " Stop that one first, or set STORE_PATH to another file."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
