"""The parts of the system as real processes on free loopback ports, as `make run` starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
import playwright

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 90.0
# One for all: httpx.get() and the like load the certificates at each call, 19 ms of a core, and
# tests poll. Without kept connections, since the parts that they lead to are killed.
HTTP = httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
# Playwright's own Node.js: new enough for everything, where a Debian's is not
NODE = Path(playwright.__file__).parent / "driver" / "node"


def _thread_states(pid: int) -> list[str]:
    """What the threads of a process do, as proc(5) calls it; without those that end meanwhile."""
    states = []
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):
            states.append(stat.read_text().rpartition(")")[2].split()[0])
    return states


class Part:
    """
    A program as a process of its own, which a test may stop, kill, freeze and start again.

    *ready* says whether it is; it is asked until it returns True or the process ends.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        ready: Callable[[Part], bool] = lambda part: True,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        self.log_path = folder / f"{name}.log"
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self, wait: bool = True) -> None:
        """Start it and, unless told otherwise, wait until it is ready."""
        assert not self.running, f"{self.name} runs already"
        with self._log_file() as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at pytest is pytest's
            )
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self._ready(self):
            if not self.running:
                raise AssertionError(
                    f"{self.name} ended with {self.exit_code}:\n{self.log[-3000:]}"
                )
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} not ready in {seconds} s:\n{self.log[-3000:]}")
            time.sleep(0.02)

    def stop(self, seconds: float = 20.0) -> int:
        """Ask it to end (SIGTERM) and return its exit code; killed when it takes too long."""
        self.resume()
        self._signal(signal.SIGTERM)
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL: nothing of it is left when this returns."""
        self._signal(signal.SIGKILL)
        self.wait(10)

    def pause(self) -> None:
        """
        Freeze it (SIGSTOP); its connections stay open and say nothing.

        The signal only asks: until each thread has come by to stop, on a busy machine some of
        them go on answering.
        """
        self._signal(signal.SIGSTOP)
        while self.running and not all(state == "T" for state in _thread_states(self.pid)):
            time.sleep(0.001)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def wait(self, seconds: float) -> int:
        """Wait until it ends; return its exit code, negative for a signal."""
        if self._process is None:
            return 0
        return self._process.wait(seconds)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    @property
    def log(self) -> str:
        """What it has said since its last start."""
        with self.log_path.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def _log_file(self) -> IO[bytes]:
        return self.log_path.open("ab")

    def _signal(self, signum: signal.Signals) -> None:
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                self._process.send_signal(signum)


def python_part(
    name: str, script: str, settings: Mapping[str, object], folder: Path, ready: str = "listo"
) -> Part:
    """One of our services, or any script of the repository with its words; ready at *ready*."""
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    path, *words = script.split()
    return Part(
        name,
        [sys.executable, str(ROOT / path), *words],
        inherited
        | {"PYTHONUNBUFFERED": "1"}
        | {key: str(value) for key, value in settings.items()},
        folder,
        lambda part: ready in part.log,
    )


def answers(url: str, status: int = 200) -> bool:
    """Whether *url* answers now, with *status*."""
    with suppress(httpx.HTTPError):
        return HTTP.get(url, timeout=2).status_code == status
    return False


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections on this port."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
