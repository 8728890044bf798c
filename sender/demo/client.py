"""The demo client: publishes invented events as $CLIENTE until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping

from comun.logs import configure_logging
from demo.producer import produce
from exit_codes import BAD_USAGE, UNCONFIRMED
from publishing.publisher import Publisher
from sender_settings import Settings, read_settings

LOG = logging.getLogger("sender")
DRAIN_SECONDS = 5.0


def main(environ: Mapping[str, str]) -> int:
    """Return the exit code."""
    try:
        settings = read_settings(environ)
        configure_logging(settings.log_format)
    except ValueError as error:
        LOG.critical("%s", error)
        return BAD_USAGE
    unconfirmed = asyncio.run(run(settings))
    if unconfirmed:
        LOG.error("stopped; events that were never confirmed and may be lost: %d", unconfirmed)
        return UNCONFIRMED
    LOG.info("stopped; every event is confirmed")
    return 0


async def run(settings: Settings) -> int:
    """Publish until a signal. Returns how many events were left unconfirmed."""
    publisher = Publisher(settings.broker(f"sender {settings.cliente}"))
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with asyncio.TaskGroup() as parts:
        delivery = parts.create_task(publisher.run(), name="delivery")
        production = parts.create_task(
            produce(publisher, settings.cliente, settings.events_per_second), name="production"
        )
        await stop.wait()
        production.cancel()
        await publisher.drain(DRAIN_SECONDS)
        delivery.cancel()
    return publisher.unconfirmed
