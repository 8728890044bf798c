"""A listening socket that stays itself when no more files may be open."""

from __future__ import annotations

import errno
import logging
import os
import socket
import time
from contextlib import suppress
from typing import Any, NoReturn

from comun.web.turned_away import spare_file

OUT_OF_FILES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
SAY_AGAIN = 60.0  # seconds
REST = 0.5  # seconds
WAITING_TO_BE_ACCEPTED = 4096


class GuardedListener(socket.socket):
    """
    Turns connections away for which there is no file left, and says so once a minute.

    asyncio instead tries as often as its backlog says, with a traceback for each try.
    """

    def __init__(self, fileno: int, log: logging.Logger) -> None:
        super().__init__(fileno=fileno)
        self._log = log
        # Given up for a moment when no more files may be open: else nobody could be turned away,
        # and the loop would be told of the same connection without an end.
        self._spare = spare_file()
        self._said = self._rested = float("-inf")

    def listen(self, _: int = 0) -> None:
        """What asyncio calls backlog is both: how many wait, and how many it accepts in a turn."""
        super().listen(WAITING_TO_BE_ACCEPTED)

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError, which asyncio passes over, for who is turned away."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno in OUT_OF_FILES:
                self._turn_away(error)
            raise

    def close(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
        super().close()

    def _turn_away(self, error: OSError) -> NoReturn:
        now = time.monotonic()
        if now - self._said > SAY_AGAIN:
            self._said = now
            self._log.error("connections are turned away: %s (see ulimit -n)", error.strerror)
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
            with suppress(OSError):
                super().accept()[0].close()
        self._spare = spare_file()
        if self._spare is None and now - self._rested > REST:
            self._rested = now
            raise error  # asyncio then looks away for a second
        raise ConnectionAbortedError(error.strerror) from error
