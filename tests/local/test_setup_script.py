"""local/setup.sh: which Python gets this machine ready."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import pytest

from tests.stack import ROOT

SCRIPT = ROOT / "local" / "setup.sh"
RANGE = "Pulso needs Python 3.11 to 3.14"


def python(folder: Path, name: str, version: str) -> None:
    """Put an interpreter there that says it is *version*, and what it was started with."""
    major, minor, _ = version.split(".")
    fits = "0" if (3, 11) <= (int(major), int(minor)) <= (3, 14) else "1"
    (folder / name).write_text(
        "#!/bin/sh\n"
        f'case "$1" in -c) exit {fits};; --version) echo "Python {version}"; exit;; esac\n'
        f'echo "{name} $(basename "$1") $2"\n'
    )
    (folder / name).chmod(0o755)


class Setup(Protocol):
    def __call__(self, **environment: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Runs the script on a machine that has just the interpreters in *tmp_path*."""
    for name in ("dirname", "basename"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", SCRIPT, "run"],
            env={"PATH": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("version", ["3.11.2", "3.12.0", "3.13.5", "3.14.0"])
def test_python3_is_taken(setup: Setup, tmp_path: Path, version: str) -> None:
    """Where it fits, without a word."""
    python(tmp_path, "python3", version)
    python(tmp_path, "python3.14", "3.14.9")

    done = setup()

    assert (done.stdout, done.stderr) == ("python3 setup_machine.py run\n", "")


@pytest.mark.parametrize("version", ["3.9.2", "3.15.0"])
def test_another_one_is_taken_and_said(setup: Setup, tmp_path: Path, version: str) -> None:
    """The newest on the PATH that fits, where python3 is too old or too new."""
    python(tmp_path, "python3", version)
    python(tmp_path, "python3.12", "3.12.1")
    python(tmp_path, "python3.11", "3.11.9")

    done = setup()

    assert done.stdout == "python3.12 setup_machine.py run\n"
    assert done.stderr == f"python3 is Python {version}: taking python3.12.\n"


def test_none_fits(setup: Setup, tmp_path: Path) -> None:
    """One sentence says what was found, what is needed, and how to get it; the code is 2."""
    python(tmp_path, "python3", "3.9.2")

    done = setup()

    assert done.returncode == 2
    assert done.stdout == ""
    assert f"make run: python3 is Python 3.9.2, and {RANGE}." in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_none_at_all(setup: Setup) -> None:
    """A machine without Python is told the same."""
    assert f"python3 is not to be had, and {RANGE}." in setup().stderr


def test_the_given_one_is_not_replaced(setup: Setup, tmp_path: Path) -> None:
    """PYTHON is what somebody chose: it is taken, or refused by name."""
    python(tmp_path, "python3", "3.13.5")
    python(tmp_path, "mine", "3.12.1")
    python(tmp_path, "old", "3.10.1")

    assert setup(PYTHON="mine").stdout == "mine setup_machine.py run\n"
    refused = setup(PYTHON="old")
    assert refused.returncode == 2
    assert refused.stderr == f"make run: PYTHON=old is Python 3.10.1, and {RANGE}.\n"
