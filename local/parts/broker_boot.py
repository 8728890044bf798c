"""Why a node does not come up, from what it says."""

from __future__ import annotations

from pathlib import Path

FAILED = b"BOOT FAILED"
# RabbitMQ 3.11 to 4.3, of data whose features are older than what it still knows
OLDER_DATA = b"must be enabled before upgrading RabbitMQ"


class BootLog:
    """What a node says from now on, in the log that it shares with earlier runs."""

    def __init__(self, log: Path, folder: Path) -> None:
        self._log, self._folder = log, folder
        self._begin = log.stat().st_size if log.exists() else 0

    def failed(self) -> bool:
        """Whether a boot has failed. The next one would too."""
        return FAILED in self._said()

    def reason(self) -> str | None:
        """One sentence that says what, why and what to do; None when the log must speak."""
        if OLDER_DATA not in self._said():
            return None
        return (
            f"the data in {self._folder} are of an older RabbitMQ than the one installed now can"
            " take over. The counts are not in it, only messages that still wait to be counted."
            f" If none waited: rm -r '{self._folder}', then make run. Else bring the older RabbitMQ"
            " back once: docs/operations.md, “Another RabbitMQ”."
        )

    def _said(self) -> bytes:
        if not self._log.exists():
            return b""
        with self._log.open("rb") as log:
            log.seek(min(self._begin, self._log.stat().st_size))
            return log.read()
