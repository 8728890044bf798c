"""
Checks the types of the page's JavaScript: `make lint`.

TypeScript is one package without dependencies, pinned in types/package-lock.json. npm fetches it
below a folder that git ignores, once and again when the lock changes; Playwright's Node.js runs it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from machine.system_packages import MissingProgramError
from tests.node_packages import ensure_packages
from tests.stack import NODE, ROOT

HERE = Path(__file__).resolve().parent / "types"
TSC = HERE / "node_modules" / "typescript" / "bin" / "tsc"
PROJECT = ROOT / "static" / "jsconfig.json"


def main() -> int:
    try:
        ensure_packages(HERE, "TypeScript")
    except MissingProgramError as error:
        sys.stderr.write(f"make lint: {error}\n")
        return 2
    command = [str(NODE), str(TSC), "--noEmit", "--pretty", "false", "-p", str(PROJECT)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
