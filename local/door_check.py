"""The check of certificate, users and keys that compose runs too, before anything starts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from parts.service_accounts import ROOT

SCRIPT = ROOT / "reverse-proxy" / "door_files.py"
FILES = ("USUARIOS", "TLS_CERTIFICADO", "TLS_CLAVE", "ENTRADA_CLAVES")


def check_door_files(settings: Mapping[str, str]) -> None:
    """Raises ValueError with a sentence a line for each file that is wrong."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(ROOT)],
        env={name: settings[name] for name in FILES},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stderr.strip())
