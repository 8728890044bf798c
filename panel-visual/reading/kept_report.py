"""The report as it was read last, for panels that read from this one, and how it came here."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import NamedTuple


class Report(NamedTuple):
    """*body* as it was read; equal *etag*, without quotes, means equal bytes."""

    etag: str
    body: bytes


class KeptReport:
    """Whoever reads sets the fields, and says `news` when somebody may wait for them."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)
        """Of this panel, for as long as it runs."""
        self.panels: tuple[str, ...] = ()
        """Those that the report came through, the nearest first; none from the analytics itself."""
        self.report: Report | None = None
        self.estado: bytes | None = None
        self.circle = ""
        """Why nothing may be read here, when what this panel reads comes from itself."""
        self._bell = asyncio.Event()

    def news(self) -> None:
        """The report is another, or whether the analytics answer."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def wait_for_news(self, seconds: float) -> None:
        """Return at the next, after *seconds* at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
