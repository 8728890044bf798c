"""One address that Apprise knows how to tell."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import apprise

from telling.message import Message
from telling.not_told import NotToldError

WITHIN = 30.0  # seconds for one message
# They name the addresses that they talk to, and an address is a secret
TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "httpx", "httpcore")
_STATUS = re.compile(r"error=(\d{3})\b")


class UnknownAddressError(ValueError):
    """Apprise knows no way to this address, which is not shown."""


def hush() -> None:
    """Let no library say where it sends to."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())


class AppriseChannel:
    def __init__(self, address: str) -> None:
        """Raises UnknownAddressError."""
        self._address = address
        self._open()

    def _open(self) -> apprise.Apprise:
        """Anew for each message: one that stays waits 5 s before the next, and we have waited."""
        opened = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Pulso"))
        if not opened.add(self._address):
            raise UnknownAddressError
        return opened

    async def tell(self, message: Message) -> None:
        """Raises NotToldError."""
        with _reasons() as reasons:
            try:
                async with asyncio.timeout(WITHIN):
                    told = await self._open().async_notify(
                        message.body, message.title, body_format=apprise.NotifyFormat.TEXT
                    )
            except TimeoutError:
                raise NotToldError(f"no answer within {WITHIN:.0f} s", maybe=True) from None
        if not told:
            raise NotToldError(reasons[0] if reasons else "it was not taken")


@contextmanager
def _reasons() -> Iterator[list[str]]:
    """What Apprise says of failures, without anything that an address may hold."""
    found: list[str] = []

    class Reader(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno < logging.WARNING:
                return
            said = record.getMessage()
            status = _STATUS.search(said)
            if status:
                found.append(f"it answered {status[1]}")
            elif "onnection" in said or "SMTP" in said:
                found.append("no connection to it")

    reader, logger = Reader(), logging.getLogger("apprise")
    logger.addHandler(reader)
    try:
        yield found
    finally:
        logger.removeHandler(reader)
