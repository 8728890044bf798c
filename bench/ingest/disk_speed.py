"""How soon the disk has what must be on it: what each commit and each confirm waits for."""

from __future__ import annotations

import os
import time
from pathlib import Path

BLOCK = bytes(4096)
WRITES = 200


def sync_ms(folder: Path) -> list[float]:
    """Return the milliseconds of single fdatasync calls after 4 KB each, in order of size."""
    taken = []
    path = folder / "disk-speed"
    with path.open("wb", buffering=0) as file:
        for _ in range(WRITES):
            file.write(BLOCK)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(1000 * (time.perf_counter() - began))
    path.unlink()
    return sorted(taken)
