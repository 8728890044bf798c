"""`python app.py enviar`: events from standard input, one JSON object a line."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from rich.console import Console

from comun.standard_output import written
from exit_codes import BAD_LINES, BAD_USAGE, NO_BROKER, STOPPED, UNCONFIRMED
from lines.interruption import unless
from lines.options import line_parser
from lines.progress import Screen, ScreenHandler
from lines.reader import read_lines, share_read
from lines.sending import LONGEST_LINE, LineSender
from publishing.publisher import Publisher
from sender_settings import LineSettings, read_line_settings

LOG = logging.getLogger("sender")


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Return the exit code."""
    options = line_parser().parse_args(argv)
    screen = Screen(Console(stderr=True))
    level = logging.WARNING if options.quiet else logging.INFO
    logging.basicConfig(handlers=[ScreenHandler(screen)], level=level, force=True)
    try:
        settings = read_line_settings(environ)
    except ValueError as error:
        LOG.critical("%s", error)
        return BAD_USAGE
    if sys.stdin is None:
        LOG.critical(
            "standard input is closed; give it lines: python app.py enviar < events.ndjson"
        )
        return BAD_USAGE
    if sys.stdin.isatty() and not options.quiet:
        screen.say("reading events from the keyboard, one JSON object a line; Ctrl-D ends")
    return asyncio.run(LineCommand(options, settings, screen).run())


class LineCommand:
    def __init__(self, options: argparse.Namespace, settings: LineSettings, screen: Screen) -> None:
        self._options, self._screen = options, screen
        self._publisher = Publisher(settings.broker("enviar"))
        client = options.cliente or settings.cliente or None
        self._sender = LineSender(self._publisher, client, screen.complain)
        self._started = time.monotonic()
        self._signals: list[int] = []
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()

    async def run(self) -> int:
        for signum in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signum, self._signalled, signum)
        async with asyncio.TaskGroup() as parts:
            delivery = parts.create_task(self._publisher.run())
            code = await self._deliver_all(parts)
            delivery.cancel()
        return code

    async def _deliver_all(self, parts: asyncio.TaskGroup) -> int:
        if not await unless(self._stop, self._publisher.until_connected(self._options.wait)):
            LOG.critical("no connection to the broker; nothing was read")
            return STOPPED + self._signals[0] if self._signals else NO_BROKER
        showing = None if self._options.quiet else parts.create_task(self._screen.show(self._state))
        lines = read_lines(sys.stdin.fileno(), LONGEST_LINE)
        await unless(self._stop, self._sender.send_all(lines))
        await unless(self._hurry, self._drain())
        if showing:
            showing.cancel()
        self._conclude()
        return self._code()

    def _signalled(self, signum: int) -> None:
        """The first stops the reading, the second the waiting for what was read."""
        (self._hurry if self._signals else self._stop).set()
        self._signals.append(signum)

    async def _drain(self) -> None:
        left = -1
        while (unconfirmed := self._publisher.unconfirmed) and unconfirmed != left:
            left = unconfirmed
            await self._publisher.drain(self._options.wait)

    @property
    def _unsent(self) -> int:
        return self._sender.tally.good - self._publisher.accepted

    def _code(self) -> int:
        if self._publisher.unconfirmed or self._unsent:
            return UNCONFIRMED
        if self._signals:
            return STOPPED + self._signals[0]
        return BAD_LINES if self._sender.tally.bad else 0

    def _conclude(self) -> None:
        publisher, tally = self._publisher, self._sender.tally
        if self._options.json:
            result = {
                "lineas": tally.lines,
                "confirmados": publisher.accepted - publisher.unconfirmed,
                "sin_confirmar": publisher.unconfirmed,
                "sin_enviar": self._unsent,
                "rechazados": tally.bad,
                "segundos": round(time.monotonic() - self._started, 3),
            }
            if why := written(json.dumps(result), sys.stdout):
                LOG.error("the result could not be written to standard output: %s", why)
        if not self._options.quiet:
            self._screen.say(f"enviar: {self._state()}")
        if lost := publisher.unconfirmed + self._unsent:
            LOG.error("events that were never confirmed and may be lost: %d", lost)

    def _state(self) -> str:
        tally, unconfirmed = self._sender.tally, self._publisher.unconfirmed
        confirmed = self._publisher.accepted - unconfirmed
        rate = confirmed / max(time.monotonic() - self._started, 0.001)
        share = share_read(sys.stdin.fileno())
        read = "" if share is None else f" ({share:.0%})"
        return (
            f"{tally.lines:,} lines{read}: {confirmed:,} events confirmed,"
            f" {tally.good - confirmed:,} under way, {tally.bad:,} lines bad; {rate:,.0f} events/s"
        )
