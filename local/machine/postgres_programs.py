"""Where the system's packages put PostgreSQL's programs: Debian has none of them on PATH."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def postgres_program(name: str) -> str | None:
    """The newest version's program of that name; None when there is none."""
    found = [path for path in DEBIAN.glob(f"*/bin/{name}") if path.is_file()]
    if found:
        return str(max(found, key=_version))
    return shutil.which(name)


def _version(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.parts[-3])]
