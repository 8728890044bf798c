from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from parts import part_log
from parts.keeper import START_PART, kept
from parts.service_programs import Program

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path


def python(code: str, stop_seconds: float = 4.0) -> Program:
    return Program("part", [sys.executable, "-c", code], dict(os.environ), stop_seconds)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - a log file has no event
            await asyncio.sleep(0.01)


def pids(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [int(pid) for pid in re.findall(r"started as process (\d+)", caplog.text)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_what_is_killed_starts_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A part that dies is replaced, and the reason is logged. Its process is noted while it is."""
    caplog.set_level("INFO")
    log = folder / "log" / "part.log"
    async with kept([python(SLEEPS)], folder):
        await until(lambda: log.exists() and log.read_text() == "up\n")
        os.kill(pids(caplog)[0], signal.SIGKILL)
        await until(lambda: log.read_text() == "up\nup\n")
        noted = (folder / "pids" / "part").read_text()

    assert noted == f"{pids(caplog)[1]}\n"
    assert not (folder / "pids" / "part").exists()
    assert "part ended by itself, exit code -9" in caplog.text
    assert not any(alive(pid) for pid in pids(caplog))


async def test_what_does_not_stop_is_killed(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A part that ignores SIGTERM is gone at the end all the same."""
    caplog.set_level("INFO")
    log = folder / "log" / "part.log"
    async with kept([python(STUBBORN, stop_seconds=0.2)], folder):
        await until(lambda: log.exists() and log.read_text() == "up\n")

    assert not alive(pids(caplog)[0])


async def test_a_check_may_end_a_part(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is run while the part runs, and what it ends is started again."""
    caplog.set_level("INFO")
    monkeypatch.setattr("parts.keeper.CHECK_SECONDS", 0.05)
    pid_file, log = folder / "pid", folder / "log" / "part.log"
    tells = f"import os, pathlib; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()));"
    ends_it = f"kill -KILL $(cat {pid_file}) && rm {pid_file} && exit 1"
    # It is not ended before it has said so.
    part = python(f"print('up', flush=True); {tells} import time; time.sleep(60)")
    checked = replace(part, check=["/bin/sh", "-c", f"! [ -s {pid_file} ] || {{ {ends_it}; }}"])
    async with kept([checked], folder):
        await until(lambda: log.exists() and log.read_text().count("up\n") > 1)

    assert "part failed its check, exit code 1" in caplog.text
    assert "part ended by itself, exit code -9" in caplog.text


async def test_what_cannot_start_ends_everything(folder: Path) -> None:
    """A broken installation is an error, not a part that is tried for ever."""
    broken = Program("part", ["/nowhere"], {})

    async with kept([broken], folder):
        log = folder / "log" / "part.log"
        await until(lambda: log.exists() and "FileNotFoundError" in log.read_text())


async def test_a_log_stays_small_while_its_part_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much a part says, there are two files of a bounded size, with its last words."""
    monkeypatch.setattr(part_log, "LOG_BYTES", 300_000)
    log = folder / "log" / "part.log"
    flood = "for n in range(20_000): print(n, 'x' * 100)\nprint('last words', flush=True);"

    async with kept([python(flood + SLEEPS)], folder):
        await until(lambda: log.exists() and log.read_text().endswith("last words\nup\n"))

    assert sorted(path.name for path in log.parent.iterdir()) == ["part.log", "part.old"]
    assert all(path.stat().st_size <= 300_000 for path in log.parent.iterdir())
    assert {path.stat().st_mode & 0o777 for path in log.parent.iterdir()} == {0o600}


async def test_last_words_are_kept(folder: Path) -> None:
    """What a part says when it is told to stop is in its log, too."""
    says = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit('bye'));"
    log = folder / "log" / "part.log"

    async with kept([python(says + SLEEPS)], folder):
        await until(lambda: log.exists() and log.read_text() == "up\n")

    assert log.read_text() == "up\nbye\n"


async def test_a_job_is_done_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It starts again until it has done what it is there for, and then no more."""
    caplog.set_level("INFO")
    done = folder / "done"
    path = f"pathlib.Path({str(done)!r})"
    again = f"import pathlib, sys; p = {path}; was = p.exists(); p.touch(); sys.exit(not was)"

    async with kept([replace(python(again), once=True)], folder):
        await until(lambda: len(pids(caplog)) == 2)
        await until(lambda: not any(alive(pid) for pid in pids(caplog)))

    assert "part ended by itself, exit code 1" in caplog.text
    assert len(pids(caplog)) == 2


async def test_a_part_does_not_survive_its_parent(folder: Path) -> None:
    """Killing the keeper (SIGKILL) kills what it kept."""
    parent_code = (
        "import subprocess, sys;"
        "part = subprocess.Popen(sys.argv[1:]); print(part.pid, flush=True); part.wait()"
    )
    part = [sys.executable, str(START_PART), sys.executable, "-c", SLEEPS]
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", parent_code, *part), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    pid = int(await parent.stdout.readline())
    assert await parent.stdout.readline() == b"up\n"

    parent.kill()
    await parent.wait()

    await until(lambda: not alive(pid))
