"""
topologia: declares exchanges and queues, before several analytics share them.

    python topologia.py

Services that share a store (STORE_URL) declare and delete no queue: one of them could delete a
queue that another one has bound. So this runs first, and again after a broker lost its data. What
is there stays as it is. Where RABBITMQ_HOST names several nodes, what is new is declared once all
of them run: those are its members. With COLAS=S events are shared out among S queues; what was
wired for another number is wired anew, and nothing has to stop for that. Reads RABBITMQ_… as the
service does, and waits for a broker that is not there yet. Exit codes: 0 all is there, 1 the broker
can't be reached, 2 a wrong setting, or something is there with other arguments, or can't be.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from msgspec.structs import replace

from analytics_settings import Settings, read_settings
from broker import topology
from broker.amqp_errors import ConsumerGivesUpError, describe
from broker.connection import Retries, close, connect
from broker.shards import shards
from broker.young_queues import YoungQueues, missing
from comun.logs import configure_logging

LOG = logging.getLogger("topologia")
SECONDS = 120.0  # a broker may take a minute to start


async def declare(settings: Settings, seconds: float = SECONDS) -> None:
    """Raises TimeoutError, and ConsumerGivesUpError when something has other arguments."""
    done, queues = asyncio.Event(), YoungQueues(settings)

    async def session() -> None:
        connection = await connect(settings, "topologia")
        try:
            if await missing(settings, connection, topology.queues_with(shards(settings.colas))):
                await _meet_all(settings)
            channel = await connection.channel(publisher_confirms=False)
            for queue in (await queues.declare(connection, channel)).others:
                LOG.info("events no longer go to %s: delete it once it is empty", queue)
            done.set()
        finally:
            await close(connection)

    retries = Retries(done)
    async with asyncio.timeout(seconds):
        await retries.run(session, lambda error: _tell(error, retries.failures))


async def _meet_all(settings: Settings) -> None:
    """A new queue is held by the nodes that run: let it be all, not those that start first."""
    for node in settings.nodes:
        await close(await connect(replace(settings, rabbitmq_host=str(node)), "topologia"))


def _tell(error: BaseException, failures: int) -> None:
    if failures == 1:
        LOG.info("no connection to the broker: %s; trying again", describe(error))


def main() -> int:
    configure_logging("consola")
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # we say the same, once
    logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
    try:
        settings = read_settings(os.environ)
        configure_logging(settings.log_format)
        asyncio.run(declare(settings))
    except TimeoutError:
        LOG.critical("the broker can't be reached, or does not answer, for %.0f s", SECONDS)
        return 1
    except (ValueError, ConsumerGivesUpError) as error:
        LOG.critical("%s", error)
        return 2
    LOG.info("listo: exchanges and queues are there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
