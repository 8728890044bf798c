"""`make run`'s launcher for real, on free ports and in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from broker import topology
from tests.broker_stack import member_saved
from tests.local.conftest import Launch
from tests.stack import ROOT, answers, listens


def pids(folder: Path) -> dict[str, int]:
    """The process of each part, by the launcher's own log."""
    log = (folder / "log" / "run.log").read_text()
    return {name: int(pid) for name, pid in re.findall(r"(\S+) started as process (\d+)", log)}


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether the process is over. That of a test's grandchild may not be ours to wait for."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def open_to_others(folder: Path) -> list[Path]:
    """What somebody else may read or enter of our own files, whatever lies around them."""
    ours = [folder, folder / "log", folder / "rabbitmq", folder / "lock"]
    ours += [*folder.glob("pulso.db*"), *(folder / "log").iterdir()]
    return [path for path in ours if path.stat().st_mode & 0o077]


def complaints(logs: Path) -> list[str]:
    """What our own services and the proxy say that is more than information."""
    levels = (" WARNING ", " ERROR ", " CRITICAL ", "WRN", "ERR")
    others = [path for path in logs.glob("*.log") if path.name != "rabbitmq-service.log"]
    lines = [line for path in others for line in path.read_text().splitlines()]
    return [line for line in lines if any(level in line for level in levels)]


def test_runs_restarts_stops_and_goes_on(
    launch: Launch, ports: dict[str, int], tmp_path: Path
) -> None:
    """
    Nobody complains of a start; killed parts come back; the next run counts on.

    A second one beside it, which would fight for the data, says who holds the folder.
    """
    folder = tmp_path / "100 % ñ"
    reporte = f"http://127.0.0.1:{ports['WEB_PORT']}/reporte"

    def total() -> int:
        return int(httpx.get(reporte, trust_env=False).json()["total"])

    launcher = launch(folder)
    launcher.wait_ready(90)
    for name, port in ports.items():
        assert listens(port), name
    until(lambda: total() > 3)
    assert open_to_others(folder) == []
    for queue in topology.QUEUES:
        until(partial(member_saved, folder / "rabbitmq", f"%2F_{queue}"))
    said = (folder / "log" / "rabbitmq-service.log").read_text(errors="replace")
    assert "Disk free limit set to" in said
    assert "Free disk space monitor encountered an error" not in said
    assert "[error]" not in said  # of what is asked before there is a queue
    assert complaints(folder / "log") == []
    assert_held(folder, launcher.pid)

    first = pids(folder)
    for name in ("rabbitmq-service", "servicio-analiticas", "reverse-proxy"):
        os.kill(first[name], signal.SIGKILL)
    until(lambda: answers(reporte) and pids(folder).keys() == first.keys())
    before = total()
    until(lambda: total() > before)
    assert len(set(first.items()) & set(pids(folder).items())) == len(first) - 3

    last = pids(folder)
    os.kill(launcher.pid, signal.SIGINT)
    assert launcher.wait(15) == 0
    assert [name for name, pid in last.items() if not gone(pid)] == []
    assert [name for name, port in ports.items() if listens(port)] == []

    again = launch(folder)
    again.wait_ready(90)
    assert total() > before
    last = pids(folder)
    again.kill()
    until(lambda: all(gone(pid) for pid in last.values()))


def assert_held(folder: Path, pid: int) -> None:
    second = run_to_its_end(folder, {})
    assert second.returncode == 2
    assert second.stderr.startswith("make run: it already runs here, as process ")
    assert str(pid) in second.stderr


def test_a_busy_port_is_one_sentence(ports: dict[str, int], tmp_path: Path) -> None:
    """Nothing is started beside whoever holds it."""
    settings = {name: str(port) for name, port in ports.items()}
    with socket.create_server(("127.0.0.1", ports["TRAEFIK_PORT"])):
        result = run_to_its_end(tmp_path / "state", settings)

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"make run: Port {ports['TRAEFIK_PORT']} is in use by another program:"
        " set TRAEFIK_PORT in .env to another one.\n"
    )


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    """Before anything is started, or even installed."""
    for script in ("local/run.py", "local/setup_machine.py"):
        result = run_to_its_end(tmp_path / "state", {"WEB_PORT": "eighty"}, script)

        assert result.returncode == 2
        assert result.stderr == (
            "make run: WEB_PORT='eighty': must be a whole number from 1 to 65535."
            " Set WEB_PORT in .env.\n"
        )


def test_every_verb_speaks_utf8() -> None:
    """Whatever the locale: `make run` says “Starting …”, and files are read as UTF-8."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    probe = f"probe: ; @{sys.executable} -c 'print(chr(0x2026))'"

    done = subprocess.run(
        ["make", "--silent", "-C", ROOT, "--eval", probe, "probe"],
        env={"PATH": os.environ["PATH"], **plain},
        capture_output=True,
        check=False,
    )

    assert done.stdout.decode() == "…\n", done.stderr


def run_to_its_end(
    folder: Path, settings: dict[str, str], script: str = "local/run.py"
) -> subprocess.CompletedProcess[str]:
    words = ["--folder", str(folder)] if script == "local/run.py" else ["run"]
    return subprocess.run(
        [sys.executable, str(ROOT / script), *words],
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
