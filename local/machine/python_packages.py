"""The virtual environment `.venv`, made from requirements.lock and again when that changes."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from machine.system_packages import MissingProgramError, Package, ensure_installed

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "made-from"


def ensure_venv() -> None:
    """Create or renew `.venv` when it isn't the lock's; raise MissingProgramError if impossible."""
    made_from = STAMP.read_text() if STAMP.exists() else ""
    if made_from == fingerprint():
        return
    print("Installing the Python packages into .venv …", flush=True)
    if not made_from.endswith(place()):
        _create(clear=made_from != "")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    done = subprocess.run([*pip, "-q", "--require-hashes", "-r", str(LOCK)], check=False)
    if done.returncode != 0:
        raise MissingProgramError("the Python packages could not be installed; pip says why above.")
    STAMP.write_text(fingerprint())


def fingerprint() -> str:
    """Return what the packages in a virtual environment depend on."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n{place()}"


def place() -> str:
    """Return what the environment itself depends on: the interpreter, and where it lies."""
    return f"{sys.version}\n{VENV}\n"


def _create(clear: bool) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        ensure_installed([VenvPackage("python3-venv", "python3-venv", "")])
    command = [sys.executable, "-m", "venv", *(["--clear"] if clear else []), str(VENV)]
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        raise MissingProgramError(f"{VENV} could not be created; Python says why above.")


class VenvPackage(Package):
    """Debian's Python comes without what `python3 -m venv` needs."""

    def installed(self) -> bool:
        importlib.invalidate_caches()
        return importlib.util.find_spec("ensurepip") is not None
