"""Programs that come from the system's packages, installed when they are missing."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from parts.broker import server_script
from parts.postgres_programs import postgres_program

APT_INSTALL = Path(__file__).resolve().with_name("apt_install.sh")


class MissingProgramError(RuntimeError):
    """One sentence: what is missing and the command that installs it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A program and the packages that bring it; an empty *brew* has to be found by hand."""

    program: str
    apt: str
    brew: str

    def installed(self) -> bool:
        if self.program == "rabbitmq-server":
            return server_script() is not None
        if self.program == "postgres":
            return postgres_program("postgres") is not None
        return shutil.which(self.program) is not None


class Library(Package):
    """A shared library, `lib` and its name."""

    def installed(self) -> bool:
        name = self.program.removeprefix("lib")
        return sys.platform != "linux" or ctypes.util.find_library(name) is not None


class PatroniStore(Package):
    """Patroni comes with the client of some store, and knows no other: Debian 13's not etcd's."""

    def installed(self) -> bool:
        command = ["/usr/bin/python3", "-c", "import etcd"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Chromium(Package):
    """
    The headless shell, which needs half the processor time of the whole browser.

    Where it is not to be had (Ubuntu, or without root) any Chromium serves.
    """

    def installed(self) -> bool:
        found = chromium_program()
        if found is None or shutil.which(self.program) == found:
            return found is not None
        return root_prefix() is None or not _offered_by_apt(self.apt)


RUN = (Package("rabbitmq-server", "rabbitmq-server", "rabbitmq"),)
POSTGRES = Package("postgres", "postgresql", "postgresql")
CHROMIUM = Chromium("chromium-headless-shell", "chromium-headless-shell", "")
CLUSTER = (
    *RUN,
    POSTGRES,
    Package("patroni", "patroni", ""),
    PatroniStore("python3-etcd", "python3-etcd", ""),
    Package("etcd", "etcd-server", ""),
    Package("ip", "iproute2", ""),  # its machines may be network namespaces
)
TEST = (
    *RUN,
    POSTGRES,
    CHROMIUM,
    Package("amqp-publish", "amqp-tools", "rabbitmq-c"),
    Package("prometheus", "prometheus", "prometheus"),  # promtool too
    Package("prometheus-alertmanager", "prometheus-alertmanager", ""),
    Package("strace", "strace", ""),  # shows the order of the store's system calls
    Package("chattr", "e2fsprogs", ""),  # forbids writing even to root
    Library("libatomic", "libatomic1", ""),  # Playwright's Node.js needs it
)


def chromium_program() -> str | None:
    """Return the path of the Chromium that costs least, None when there is none."""
    found = map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))
    return next(filter(None, found), None)


def ensure_installed(packages: Iterable[Package]) -> None:
    """Install what is missing, saying so; raise MissingProgramError when that can't be done."""
    missing = [package for package in packages if not package.installed()]
    if not missing:
        return
    names = " ".join(package.program for package in missing)
    by_hand, command = install_command(missing)
    if command is None:
        raise MissingProgramError(
            f"{names} is missing, and installing it needs root or sudo: {by_hand}."
        )
    print(f"Installing {names} from the system's packages …", flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode != 0 or not all(package.installed() for package in missing):
        raise MissingProgramError(f"{names} could not be installed: {by_hand}.")


def install_command(packages: Iterable[Package]) -> tuple[str, list[str] | None]:
    """Return what a person would type, and the command that we may run, if any."""
    packages = list(packages)
    if shutil.which("apt-get"):
        apt = [package.apt for package in packages]
        by_hand = f"run `apt-get install --no-install-recommends {' '.join(apt)}` as root"
        prefix = root_prefix()
        command = None if prefix is None else [*prefix, "sh", str(APT_INSTALL), *apt]
        return by_hand, command
    brew = [package.brew for package in packages]
    if shutil.which("brew") and all(brew):
        return f"run `brew install {' '.join(brew)}`", ["brew", "install", *brew]
    return "install it with your system's package manager", None


def root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root; None when there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if sys.stdin.isatty():
        return ["sudo"]  # it may ask for the password
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _offered_by_apt(name: str) -> bool:
    if not shutil.which("apt-cache"):
        return False
    return (
        subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode
        == 0
    )
