"""What a person sees of `enviar`, all of it on standard error."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TextIO, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from comun.standard_output import written

SHOWN = 64  # characters of a bad line
LINE_SECONDS = 5.0
FRAME_SECONDS = 0.125


class Screen:
    """Reports and complaints, in order, whether something moves at the bottom or not."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str, style: str = "") -> None:
        if self._console.is_terminal:
            self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
        else:
            # Not through rich, which takes 100 µs a line: of a file, all lines may be bad.
            # Who closes it (`2>&1 | head`) wants to hear no more; the events go on.
            written(text, cast("TextIO", self._console.file))

    def complain(self, number: int, reason: str, line: bytes) -> None:
        shown = line.decode(errors="backslashreplace")[:SHOWN]
        quoted = f": {shown!r}" if shown else ""
        self.say(f"line {number}: {reason}{quoted}", "yellow")

    async def show(self, state: Callable[[], str]) -> None:
        """Keep *state* in sight until cancelled: in place on a terminal, else every 5 s."""
        if not self._console.is_terminal:
            while True:
                await asyncio.sleep(LINE_SECONDS)
                self.say(state())
        with Live(console=self._console, transient=True, auto_refresh=False) as live:
            while True:
                live.update(Text(state(), style="cyan"), refresh=True)
                await asyncio.sleep(FRAME_SECONDS)


class ScreenHandler(logging.Handler):
    """Log records between the reports, not across them."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        style = "red" if record.levelno >= logging.ERROR else "yellow"
        self._screen.say(f"{time.strftime('%H:%M:%S')} {record.getMessage()}", style)
