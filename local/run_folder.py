from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderInUseError(RuntimeError):
    """Another run holds the folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Create *folder* and hold it: what lies in it belongs to one run at a time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise FolderInUseError(
                f"it already runs here, as process {file.read()}: stop that one first (Ctrl-C)."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def close_to_others(folder: Path) -> None:
    """Make the folder and its logs, for its owner alone, also where they were others' to read."""
    log = folder / "log"
    log.mkdir(exist_ok=True)
    for path in (folder, log):
        path.chmod(0o700)
    for path in (*folder.glob("pulso.db*"), *folder.glob("lock"), *log.iterdir()):
        path.chmod(0o600)


def last_lines(path: Path, count: int = 20) -> str:
    """Return the end of a log, indented; a sentence when there is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines[-count:] or ["(nothing was logged)"])
