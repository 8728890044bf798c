"""The viewers: one C program, told what to do, and the fixed-rate clock that pushes to them."""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pinned_process import OTHER_CORE, failed, started, stdout_of, tell
from push_frames import SLOT_US, Make
from push_servers import Publish, Server

IN_FLIGHT = 2000  # handshakes at a time
LATE_US = 5_000  # a push this long after its time is told
GIVE_UP_AFTER = 30.0  # seconds without an answer
HOST = "127.0.0.1:8080"  # the page's address by the panel's default settings


@dataclass
class Punctuality:
    """How well the pushes kept to their clock."""

    pushes: int = 0
    late: list[int] = field(default_factory=list)  # us

    def note(self, us_late: int) -> None:
        self.pushes += 1
        if us_late > LATE_US:
            self.late.append(us_late)


class Viewers:
    """Commands for receiver.c; each call pushes at the fixed rate while it waits."""

    def __init__(
        self, process: subprocess.Popen[bytes], publish: Publish, punctuality: Punctuality
    ) -> None:
        self._process, self._publish, self._punctuality = process, publish, punctuality

    def connect(self, count: int, make: Make) -> dict[str, Any]:
        return self._ask(f"connect {count} {IN_FLIGHT}", make, soon())

    def stall(self, count: int, make: Make) -> dict[str, Any]:
        return self._ask(f"stall {count}", make, soon())

    def measure(self, pushes: int, viewers: int, make: Make) -> dict[str, Any]:
        first = soon()
        last = first + (pushes - 1) * SLOT_US
        return self._ask(f"measure {first} {last} {pushes * viewers}", make, first, last)

    def push(self, pushes: int, make: Make) -> None:
        """Push without measuring."""
        due = soon()
        for _ in range(pushes):
            self._wait(due)
            self._push(make, due)
            due += SLOT_US
        self._wait(due)

    def _ask(self, command: str, make: Make, due: int, last: int | None = None) -> dict[str, Any]:
        """No slot is ever skipped: who is late is late, and pushes at once."""
        tell(self._process, command.encode())
        end = time.monotonic() + GIVE_UP_AFTER
        while not self._wait(due if last is None or due <= last else None):
            if time.monotonic() > end or self._process.poll() is not None:
                raise failed(self._process, f"did not answer {command!r}")
            if last is None or due <= last:
                self._push(make, due)
                due += SLOT_US
        answer: dict[str, Any] = json.loads(stdout_of(self._process).readline())
        return answer

    def _push(self, make: Make, due: int) -> None:
        kind, payload = make(due)
        self._punctuality.note(now_us() - due)
        self._publish(kind, payload)

    def _wait(self, due: int | None) -> bool:
        """Wait until *due* (None: a second); return whether the receiver has answered before."""
        seconds = 1.0 if due is None else max(due - now_us(), 0) / 1e6
        return bool(select.select([stdout_of(self._process)], [], [], seconds)[0])


def now_us() -> int:
    return time.monotonic_ns() // 1000


def soon() -> int:
    return now_us() + SLOT_US // 4


@contextmanager
def viewers(program: Path, server: Server, punctuality: Punctuality) -> Iterator[Viewers]:
    command = [str(program), str(server.port), server.path, HOST]
    with started(command, OTHER_CORE) as process:
        yield Viewers(process, server.publish, punctuality)
