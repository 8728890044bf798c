"""
Checks the types of the page's JavaScript: `make lint`.

TypeScript is one package without dependencies, pinned in types/package-lock.json. npm fetches it
below a folder that git ignores, once and again when the lock changes; Playwright's Node.js runs it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from machine.system_packages import Library, MissingProgramError, Package, ensure_installed
from tests.stack import NODE, ROOT

HERE = Path(__file__).resolve().parent / "types"
MODULES = HERE / "node_modules"
LOCK, STAMP = HERE / "package-lock.json", MODULES / "made-from"
TSC = MODULES / "typescript" / "bin" / "tsc"
PROJECT = ROOT / "static" / "jsconfig.json"
NODE_NEEDS = Library("libatomic", "libatomic1", "")
NPM = Package("npm", "npm", "node")


def main() -> int:
    try:
        ensure_installed([NODE_NEEDS])
        ensure_typescript()
    except MissingProgramError as error:
        sys.stderr.write(f"make lint: {error}\n")
        return 2
    command = [str(NODE), str(TSC), "--noEmit", "--pretty", "false", "-p", str(PROJECT)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def ensure_typescript() -> None:
    """Install the lock's version unless it is there; raise MissingProgramError if impossible."""
    wanted = LOCK.read_text()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    ensure_installed([NPM])
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise MissingProgramError("TypeScript could not be installed; npm says why above.")
    STAMP.write_text(wanted)


if __name__ == "__main__":
    sys.exit(main())
