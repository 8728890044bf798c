"""One address that Apprise knows how to tell."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable

import apprise

from telling.message import Message
from telling.not_told import NotToldError

WITHIN = 30.0  # seconds for one message
TITLE = 200  # characters, where a title stands in the body
ROOM = 0.9  # of what a service takes: some write a sign of ours as several of theirs
# They name the addresses that they talk to, and an address is a secret
TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "httpx", "httpcore")
_STATUS = re.compile(r"error=(\d{3})\b")


class BadAddressError(ValueError):
    """What is the matter with an address, which is not shown."""


def hush() -> None:
    """Let no library say where it sends to."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())


class AppriseChannel:
    """*most* characters fit into a message."""

    def __init__(self, address: str) -> None:
        """Raises BadAddressError."""
        self._address = address
        opened = self._open()
        if len(opened) != 1:
            raise BadAddressError("stands for several services")
        (service,) = opened
        # Where one of two does not take it, the other would be told again at each try
        if len(service) > 1 + service.retry:
            raise BadAddressError("has several receivers: write an address for each of them")
        title = TITLE if service.title_maxlen <= 0 else 0
        self.most = int(ROOM * (service.body_maxlen - title))

    def _open(self) -> apprise.Apprise:
        """Anew for each message: one that stays waits 5 s before the next, and we have waited."""
        opened = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Pulso"))
        if not opened.add(self._address):
            raise BadAddressError("is none that Apprise knows (https://appriseit.com has them all)")
        for service in opened:
            service.overflow_mode = apprise.OverflowMode.TRUNCATE  # never two for one
        return opened

    async def tell(self, message: Message) -> None:
        """Raises NotToldError."""
        try:
            async with asyncio.timeout(WITHIN):
                told = await self._open().async_notify(
                    message.body, message.title, body_format=apprise.NotifyFormat.TEXT
                )
        except TimeoutError:
            raise NotToldError(f"no answer within {WITHIN:.0f} s", maybe=True) from None
        with told:  # what it said may lie in a file
            if not told:
                bad = (entry.message for entry in told.logs() if _is_bad(entry))
                raise NotToldError(_reason(bad))


def _is_bad(entry: apprise.NotifyLogEntry) -> bool:
    return entry.level in ("WARNING", "ERROR")


def _reason(said: Iterable[str]) -> str:
    """What Apprise says of a failure, without anything that an address may hold."""
    for sentence in said:
        if status := _STATUS.search(sentence):
            return f"it answered {status[1]}"
        if "onnection" in sentence or "SMTP" in sentence:
            return "no connection to it"
    return "it was not taken"
