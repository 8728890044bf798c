from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from machine.system_packages import (
    APT_INSTALL,
    CHROMIUM,
    MissingProgramError,
    Package,
    ensure_installed,
)

MISSING = Package("no-such-program", "no-such-package", "no-such-formula")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The one folder on PATH; a test puts there what the machine is to have."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str = "exit 1") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_what_is_there_is_not_installed(only: Path) -> None:
    """A machine that has everything is left alone, whatever it lacks to install more."""
    program(only, "no-such-program")

    ensure_installed([MISSING])


def test_without_root_or_sudo_the_command_is_told(
    only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the program and what root has to type."""
    program(only, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(MissingProgramError) as error:
        ensure_installed([MISSING])

    assert str(error.value) == (
        "no-such-program is missing, and installing it needs root or sudo:"
        " run `apt-get install --no-install-recommends no-such-package` as root."
    )


def test_a_sudo_that_refuses_is_like_none(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No password prompt where nobody could answer."""
    program(only, "apt-get")
    program(only, "sudo")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(MissingProgramError, match="needs root or sudo"):
        ensure_installed([MISSING])


def test_an_unknown_system_is_said(only: Path) -> None:
    """Neither apt nor Homebrew: the person knows their package manager."""
    with pytest.raises(MissingProgramError, match="with your system's package manager"):
        ensure_installed([MISSING])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write /usr/sbin/policy-rc.d")
@pytest.mark.parametrize("apt_ends", ["exit 0", "exit 100", "kill -TERM $PPID; sleep 1"])
def test_no_service_is_started_and_nothing_stays(only: Path, apt_ends: str, tmp_path: Path) -> None:
    """While apt installs, the policy forbids services; it is gone however that ended."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        pytest.skip("this machine has a policy of its own")
    seen = tmp_path / "seen"
    for name in ("rm", "chmod", "sleep", "cat", "cp", "mktemp"):
        (only / name).symlink_to(str(shutil.which(name, path=os.defpath)))
    program(only, "apt-get", f"cp {policy} {seen}; {apt_ends}")

    done = subprocess.run(["/bin/sh", str(APT_INSTALL), "no-such-package"], check=False)

    assert seen.read_text() == "#!/bin/sh\nexit 101\n"
    assert not policy.exists()
    assert (done.returncode == 0) == (apt_ends == "exit 0")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write /usr/sbin/policy-rc.d")
def test_a_machine_that_updates_itself_is_waited_for(only: Path, tmp_path: Path) -> None:
    """A lock of another package manager is waited out, whatever language apt-get speaks else."""
    for name in ("rm", "chmod", "cat", "cp", "mktemp", "grep"):
        (only / name).symlink_to(str(shutil.which(name, path=os.defpath)))
    program(only, "sleep", "exit 0")
    held, busy = tmp_path / "held", "E: Could not get lock /var/lib/apt/lists/lock"
    held.touch()
    here = (
        f'[ "$LC_ALL" = C ] || exit 100; if [ -e {held} ]; then rm {held}; echo "{busy}"; exit 100'
    )
    program(only, "apt-get", f"{here}; fi; exit 0")

    command = ["/bin/sh", str(APT_INSTALL), "no-such-package"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, held.exists()) == (0, False)
    assert done.stderr == "Another package manager is at work: waiting for it …\n"


@pytest.mark.parametrize(
    ("there", "apt_cache", "user", "enough"),
    [
        ("chromium-headless-shell", "exit 0", 0, True),
        ("chromium", "exit 0", 0, False),
        ("chromium", "exit 100", 0, True),
        ("chromium", "exit 0", 1000, True),
        ("google-chrome", "exit 100", 0, True),
        ("firefox", "exit 100", 0, False),
    ],
)
def test_the_browser_that_costs_least_is_installed_where_it_can_be(
    only: Path, monkeypatch: pytest.MonkeyPatch, there: str, apt_cache: str, user: int, enough: bool
) -> None:
    """Another one serves when nobody offers the headless shell, or nobody may install it."""
    program(only, there)
    program(only, "apt-cache", apt_cache)
    monkeypatch.setattr(os, "geteuid", lambda: user)

    assert CHROMIUM.installed() == enough
