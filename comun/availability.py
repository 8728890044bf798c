"""What is locked, full, read-only or not reached is waited for, not given up."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn, TypeVar

RETRY_SECONDS = 1.0
Opened = TypeVar("Opened")


class NotAvailableError(RuntimeError):
    """It can't be used now, and may go better later; the text says why."""


def opened_when_available(open_it: Callable[[], Opened], name: str, log: logging.Logger) -> Opened:
    """
    Call *open_it* until it raises no NotAvailableError; *log* is told, where it is called *name*.

    SIGINT and SIGTERM end the process from now on. One that gave up would be started again and
    again, ever more rarely by some supervisors. Raises what else *open_it* does.
    """
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _stop_at_once)
    told = ""
    while True:
        try:
            return open_it()
        except NotAvailableError as error:
            if told != str(error):
                told = str(error)
                log.error("can't use the store %s (%s): waiting", name, told)
        time.sleep(RETRY_SECONDS)


def _stop_at_once(signum: int, frame: FrameType | None) -> NoReturn:
    """There is no event loop yet, and nothing to finish."""
    sys.exit(0)
