"""Where the system's packages put PostgreSQL's programs: Debian has none of them on PATH."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
OWNER = "postgres"
"""Whose it is when we are root, as whom it refuses to run. Debian's package makes this account."""


def as_owner() -> list[str]:
    """What to put before its command; it dies with us all the same."""
    if os.geteuid():
        return []
    who = [f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"]
    return [shutil.which("setpriv") or "setpriv", *who, "--pdeathsig=KILL"]


def postgres_program(name: str) -> str | None:
    """The newest version's program of that name; None when there is none."""
    found = [path for path in DEBIAN.glob(f"*/bin/{name}") if path.is_file()]
    if found:
        return str(max(found, key=_version))
    return shutil.which(name)


def _version(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.parts[-3])]
