"""
A TCP proxy in front of a broker that ends a connection instead of passing on a confirm.

Each `basic.ack` of the broker is, with the probability CUT_SHARE, the end of its connection: the
broker has the message, the publisher never hears of it. One log line a cut.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random

LOG = logging.getLogger("proxy")
METHOD_FRAME, BASIC_ACK = 1, b"\x00\x3c\x00\x50"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def requests(client: asyncio.StreamReader, broker: asyncio.StreamWriter) -> None:
    while data := await client.read(65536):
        broker.write(data)
        await broker.drain()


async def answers(
    broker: asyncio.StreamReader, client: asyncio.StreamWriter, rng: random.Random, share: float
) -> None:
    """Pass on frame by frame; return at the confirm that shall not arrive."""
    while True:
        head = await broker.readexactly(7)
        rest = await broker.readexactly(int.from_bytes(head[3:7], "big") + 1)
        if head[0] == METHOD_FRAME and rest.startswith(BASIC_ACK) and rng.random() < share:
            LOG.info("cut")
            return
        client.write(head + rest)
        await client.drain()


async def relay(client: Streams, target: tuple[str, int], rng: random.Random) -> None:
    reader, writer = await asyncio.open_connection(*target)
    share = float(os.environ["CUT_SHARE"])
    pair = [
        asyncio.create_task(requests(client[0], writer)),
        asyncio.create_task(answers(reader, client[1], rng, share)),
    ]
    await asyncio.wait(pair, return_when=asyncio.FIRST_COMPLETED)
    for task in pair:
        task.cancel()
    await asyncio.gather(*pair, return_exceptions=True)
    writer.transport.abort()
    client[1].transport.abort()


async def main() -> None:
    rng = random.Random(int(os.environ["CUT_SEED"]))  # noqa: S311 - repeatable on purpose
    target = os.environ["RABBITMQ_HOST"], int(os.environ["RABBITMQ_PORT"])
    server = await asyncio.start_server(
        lambda reader, writer: relay((reader, writer), target, rng),
        "127.0.0.1",
        int(os.environ["PROXY_PORT"]),
    )
    LOG.info("listo")
    await server.serve_forever()


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level="INFO")
    asyncio.run(main())
