"""
Gets this machine ready: `setup_machine.py run|test|tools`. Installs only what is missing.

Runs on the system's Python, before there is any package: nothing but the standard library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from env_file import read_env_file
from machine.python_packages import ensure_venv
from machine.system_packages import (
    CLUSTER,
    POSTGRES,
    RUN,
    TEST,
    MissingProgramError,
    ensure_installed,
)
from run_settings import read_run_settings

ENV_FILE = Path(__file__).resolve().parents[1] / ".env"


def main(purpose: str) -> int:
    try:
        packages = {"run": RUN, "run-cluster": CLUSTER, "test": TEST}.get(purpose, ())
        if purpose == "run":  # a typing mistake is told before minutes of installing
            settings = read_run_settings(read_env_file(ENV_FILE) | dict(os.environ))
            packages += (POSTGRES,) * (settings["ALMACEN"] == "postgres")
        ensure_installed(packages)
        ensure_venv()
    except (MissingProgramError, OSError, ValueError) as error:
        for sentence in str(error).splitlines():
            print(f"make {purpose}: {sentence}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
