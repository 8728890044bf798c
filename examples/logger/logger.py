"""
Prints every event, beside the analytics and without their noticing.

That is what a fanout exchange is for: each consumer has a queue of its own and gets everything
(x-other-consumers in contracts/asyncapi.json).
    python logger.py [amqp://pulso:pulso@127.0.0.1:5672/]
"""

import asyncio
import sys

import aio_pika

DEFAULT_URL = "amqp://pulso:pulso@127.0.0.1:5672/"
EXCHANGE, QUEUE = "eventos_clientes", "cola_logger"


async def log_events(url: str) -> None:
    connection = await aio_pika.connect_robust(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=100)
        exchange = await channel.declare_exchange(EXCHANGE, "fanout", durable=True)
        queue = await channel.declare_queue(
            QUEUE, durable=True, arguments={"x-queue-type": "quorum", "x-max-length": 100_000}
        )
        await queue.bind(exchange)
        print("listo", flush=True)
        async with queue.iterator() as messages:
            async for message in messages:
                print(message.body.decode("utf-8", "backslashreplace"), flush=True)
                await message.ack()


if __name__ == "__main__":
    try:
        asyncio.run(log_events(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL))
    except KeyboardInterrupt:
        sys.exit(130)
