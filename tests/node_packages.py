"""Packages of npm that checks run with, each folder's from its package-lock.json."""

from __future__ import annotations

import subprocess
from pathlib import Path

from machine.system_packages import Library, MissingProgramError, Package, ensure_installed

NODE_NEEDS = Library("libatomic", "libatomic1", "")
NPM = Package("npm", "npm", "node")


def ensure_packages(folder: Path, what: str) -> None:
    """
    Install what the folder's lock names, by its hashes, unless it is there.

    Raises MissingProgramError, which names *what* could not be had.
    """
    ensure_installed([NODE_NEEDS])
    stamp = folder / "node_modules" / "made-from"
    wanted = (folder / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    ensure_installed([NPM])
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise MissingProgramError(f"{what} could not be installed; npm says why above.")
    stamp.write_text(wanted)
