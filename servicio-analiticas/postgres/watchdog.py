"""Ends calls that no limit of PostgreSQL ends: a COMMIT, or a server that is frozen."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TICK = 0.5  # seconds between two looks


class Watchdog:
    """
    Shuts the socket under a call that takes too long, so that it fails as if the line were cut.

    A request to cancel would do harm: a COMMIT that waits for a standby then counts as done.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._until: float | None = None
        self._descriptor = -1
        self.bit = False
        """Whether it shut the socket under the last call."""
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="store-watchdog", daemon=True).start()

    @contextmanager
    def watching(self, descriptor: int, seconds: float) -> Iterator[None]:
        """*descriptor* is the socket that what is done within waits for."""
        with self._guard:
            self._descriptor, self._until = descriptor, time.monotonic() + seconds
            self.bit = False
        try:
            yield
        finally:
            with self._guard:
                self._until = None

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(TICK):
            with self._guard:
                if self._until is not None and time.monotonic() > self._until:
                    self._until, self.bit = None, True
                    _shut(self._descriptor)


def _shut(descriptor: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)
