"""On what a run was made."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

PACKAGES = ("aio-pika", "hdrhistogram", "msgspec", "httpx")
HERE = Path(__file__).resolve().parent


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    nucleos: int
    procesador: str
    sistema: str
    carga_media: float  # of the last minute, when the run was over


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    python: str
    paquetes: dict[str, str]
    commit: str | None  # of this program; None where it is no checkout


def machine() -> Machine:
    return Machine(
        nucleos=os.cpu_count() or 1,
        procesador=_processor(),
        sistema=platform.platform(terse=True),
        carga_media=round(os.getloadavg()[0], 2),
    )


def versions() -> Versions:
    return Versions(
        python=platform.python_version(),
        paquetes={name: found for name in PACKAGES if (found := _version(name))},
        commit=_commit(),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    command = ("git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD")
    try:
        found = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            command, capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
