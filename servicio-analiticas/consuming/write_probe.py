"""Judges from one try after the other whether the broker takes what is published."""

from __future__ import annotations

LEAST = 3  # refusals in a row; one alone may be a queue that changes its leader
SECONDS = 3.0


class WriteProbe:
    """*now* is monotonic time."""

    def __init__(self) -> None:
        self._refusals = 0
        self._since = 0.0

    def taken(self) -> None:
        self._refusals = 0

    def refused(self, now: float) -> bool:
        """Return whether it has refused everything for so long that it will not end by itself."""
        if self._refusals == 0:
            self._since = now
        self._refusals += 1
        return self._refusals >= LEAST and now - self._since >= SECONDS


class LoginProbe:
    """
    Judges from refused logins whether a full disk has taken the broker's accounts with it.

    RabbitMQ 4.3 keeps them in a log like those of its queues. Once that has died, it refuses
    every login. A broker whose password was changed does so too, and a restart would not help.
    So refusals count only when it had let us in, and then did not take the last that we
    published. They no longer do once nobody listens: who answers after that has just started.
    """

    def __init__(self) -> None:
        self._in_doubt = False
        self._logins = WriteProbe()

    def published(self) -> None:
        """We were let in, and wait for what becomes of something that we have published."""
        self._in_doubt = True
        self._logins.taken()

    def answered(self) -> None:
        """It was taken, or returned by a broker that is well."""
        self._in_doubt = False

    def away(self) -> None:
        self._in_doubt = False

    def refused(self, now: float) -> bool:
        """Return whether it has let nobody in for so long that it will not end by itself."""
        return self._in_doubt and self._logins.refused(now)
