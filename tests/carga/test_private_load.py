"""`make load` where nothing runs: it brings what it needs, and takes it away again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.port_ranges import free_ports
from tests.stack import ROOT

WORDS = ("--tasa", "300", "--clientes", "10", "--visores", "5", "--salida", "reports")


class Load(Protocol):
    def __call__(self, *words: str) -> subprocess.Popen[str]: ...


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Starts it with further words; whatever is left of it at the end is a failure."""
    (web,) = free_ports(1)  # where no `make run` is
    process: subprocess.Popen[str] | None = None

    def start(*words: str) -> subprocess.Popen[str]:
        nonlocal process
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "local" / "private_load.py"),
             "--folder", str(tmp_path / "folder"), *WORDS, *words],
            cwd=tmp_path,
            env={**os.environ, "WEB_PORT": str(web)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        return process

    yield start
    assert process
    process.kill()
    process.communicate()
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True)
    assert left.stdout == ""


def test_mistakes_are_told_first(load: Load, tmp_path: Path) -> None:
    """A wrong option is told before anything is started."""
    process = load("--perfil", "noche")
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 2
    assert out.startswith("app.py simular: argument --perfil: invalid choice: 'noche'")
    assert out.count("\n") == 1


def test_interrupted(load: Load, tmp_path: Path) -> None:
    """
    It brings a system; Ctrl-C, which a terminal sends to all of it, ends the run in order.

    The run is verified, the code is 130, and nothing is left but the report.
    """
    process = load("--duracion", "60s")
    end = time.monotonic() + 120
    assert process.stdout
    told = ""
    for line in process.stdout:
        assert time.monotonic() < end
        told += line
        if "publishing" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 130, out
    assert "Nothing runs here: starting RabbitMQ" in told
    assert "Exact: " in out
    assert len(list((tmp_path / "reports").iterdir())) == 1
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["lock"]
