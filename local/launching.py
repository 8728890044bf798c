"""What `make run` and `make run-cluster` do alike: wait until all is up, say so, and stay."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import NamedTuple

from parts.broker_boot import BootLog
from parts.part_log import LOG_BYTES
from parts.readiness import Probe, first_unready
from parts.service_accounts import demo
from run_folder import last_lines

BAD_SETTING = 2  # the exit code of a service that can't use one


def told_to_stop() -> asyncio.Event:
    """Set by SIGINT, SIGTERM and SIGHUP."""
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    return stop


class Refusals:
    """Parts that end at once because a setting is wrong: to start them again would not help."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop, self.part, self.ready = stop, "", False

    def note(self, name: str, code: int) -> None:
        # Traefik is no service of ours: for a Go program, 2 is a panic.
        if code == BAD_SETTING and name != "reverse-proxy" and not self.ready:
            self.part = name
            self._stop.set()


class Outlook(NamedTuple):
    """What is waited for, for how many seconds, and what makes it useless to wait any longer."""

    wanted: Sequence[Probe]
    seconds: float
    boots: Sequence[BootLog]
    refused: Refusals
    began: float  # by time.monotonic()
    verb: str = "run"

    def took(self) -> float:
        return time.monotonic() - self.began

    def hopeless(self) -> bool:
        return any(boot.failed() for boot in self.boots)

    def reason(self) -> str | None:
        return next((reason for boot in self.boots if (reason := boot.reason())), None)


async def stay(
    folder: Path, outlook: Outlook, stop: asyncio.Event, found: Callable[[], str]
) -> int:
    """Return the exit code. *found*: what a person wants to know once all is up."""
    if code := await come_up(folder, outlook, stop):
        return code
    outlook.refused.ready = True
    if not stop.is_set():
        say(f"Ready in {outlook.took():.0f} s.\n{found()}")
        if demo():
            say("Accounts are the demo's, known to everybody: `make secretos` makes your own.")
        say(f"Logs: {folder}/log/   Ctrl-C stops everything.")
    await stop.wait()
    return 0


async def come_up(folder: Path, outlook: Outlook, stop: asyncio.Event) -> int:
    """Wait until all is up, or *stop*. What is in the way is told; return its exit code, or 0."""
    refused = outlook.refused
    late = await first_unready(outlook.wanted, outlook.seconds, stop, outlook.hopeless)
    if refused.part:
        say(f"{refused.part} refuses a setting. Its last words:")
        say(last_lines(folder / "log" / f"{refused.part}.log", 3))
        return BAD_SETTING
    if late and not stop.is_set():
        if reason := outlook.reason():
            complain(reason, outlook.verb)
            return 1
        say(f"{late.part} is not ready after {outlook.took():.0f} s. Its last words:")
        say(last_lines(folder / "log" / f"{late.part}.log"))
        return 1
    return 0


def start_log(folder: Path) -> None:
    """What happens to the parts goes to a file; the terminal keeps the addresses."""
    handler = RotatingFileHandler(folder / "log" / "run.log", maxBytes=LOG_BYTES, backupCount=1)
    logging.basicConfig(handlers=[handler], format="%(asctime)s %(message)s", level=logging.INFO)


def say(text: str) -> None:
    with suppress(OSError):  # a closed terminal is no reason not to stop in order
        print(text, flush=True)


def complain(text: str, verb: str = "run") -> int:
    for sentence in text.splitlines():
        print(f"make {verb}: {sentence}", file=sys.stderr)
    return 2
