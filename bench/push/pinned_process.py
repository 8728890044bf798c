"""Programs on a core of their own, which end when the measurement does."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

SERVER_CORE, OTHER_CORE = 0, 1
READY_WITHIN = 15.0  # seconds
END_WITHIN = 3.0
PR_SET_PDEATHSIG = 1

ROOT = Path(__file__).resolve().parents[2]
PYTHONPATH = ":".join(str(ROOT / each) for each in ("bench/push", "panel-visual", ".", "local"))
LIBC = ctypes.CDLL(None)


@contextmanager
def started(
    command: Sequence[str], core: int | None, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run *command* on *core* (None: any), its stdin and stdout ours; end it in any case."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": PYTHONPATH, **(settings or {})}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        preexec_fn=prepare(core),
    )
    try:
        yield process
    finally:
        end(process)


def prepare(core: int | None) -> Callable[[], None]:
    cores = {SERVER_CORE, OTHER_CORE} if core is None else {core}

    def in_child() -> None:
        os.sched_setaffinity(0, cores)
        os.setsid()  # a Ctrl-C is for us, who then end all
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return in_child


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        stdin_of(process).close()  # most of ours end with their input
    process.terminate()
    try:
        process.wait(END_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_WITHIN)
    for output in (process.stdout, process.stderr):
        if output is not None:
            output.close()


def tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    stdin = stdin_of(process)
    stdin.write(line + b"\n")
    stdin.flush()


def stdin_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdin is None:
        raise ValueError("started without a pipe to its stdin")
    return process.stdin


def stdout_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise ValueError("started without a pipe from its stdout")
    return process.stdout


def wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    wait_until(listens, process, f"does not listen on port {port}")


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], otherwise: str) -> None:
    end = time.monotonic() + READY_WITHIN
    while not ready():
        if time.monotonic() > end or process.poll() is not None:
            raise failed(process, otherwise)
        time.sleep(0.02)


def failed(process: subprocess.Popen[bytes], why: str) -> RuntimeError:
    """An error that says what the program said."""
    process.kill()
    said = process.communicate()[1].decode(errors="replace")[-2000:]
    return RuntimeError(f"{process.args!r} {why}:\n{said}")
