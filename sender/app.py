"""
sender: publishes invented events as $CLIENTE to the exchange `eventos_clientes`, confirmed.

Reads the environment (sender_settings.py). Exit codes: 0 after SIGINT or SIGTERM with every event
confirmed, 4 when some were not (the last line says how many: those may be lost), 2 for a wrong
setting.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from broker_link import Broker
from demo_producer import produce
from publisher import Publisher
from sender_settings import Settings, read_settings

LOG = logging.getLogger("sender")
DRAIN_SECONDS = 5.0
EXIT_SETTING, EXIT_UNCONFIRMED = 2, 4


async def run(settings: Settings) -> int:
    """Publish until a signal. Returns how many events were left unconfirmed."""
    publisher = Publisher(_broker(settings))
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


def _broker(settings: Settings) -> Broker:
    return Broker(
        host=settings.rabbitmq_host,
        port=settings.rabbitmq_port,
        user=settings.rabbitmq_user,
        password=settings.rabbitmq_password,
        vhost=settings.rabbitmq_vhost,
        connection_name=f"sender {settings.cliente}",
    )


def main() -> int:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level="INFO")
    for noisy in ("aiormq", "aio_pika"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # we say the same, once
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        LOG.critical("%s", error)
        return EXIT_SETTING
    unconfirmed = asyncio.run(run(settings))
    if unconfirmed:
        LOG.error("stopped; events that were never confirmed and may be lost: %d", unconfirmed)
        return EXIT_UNCONFIRMED
    LOG.info("stopped; every event is confirmed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
