from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class StoreInUseError(RuntimeError):
    """Another process counts into this store."""


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
