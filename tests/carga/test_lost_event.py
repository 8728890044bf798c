"""An event that somebody takes out of the queue."""

import asyncio
import json
from typing import Any

import aio_pika

from tests.broker_stack import VirtualHost
from tests.carga.conftest import Against, Counting
from tests.chain_stack import Chain


async def take_one(vhost: VirtualHost) -> dict[str, Any]:
    """
    Take one message out of the queue, as a stranger's consumer would.

    Not one that was delivered before: that one may be counted already.
    """
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("cola_analiticas", ensure=False)
        while True:
            message = await queue.get(fail=False, timeout=10)
            if message and not message.redelivered:
                await message.ack()
                taken: dict[str, Any] = json.loads(message.body)
                return taken
            if message is None:
                await asyncio.sleep(0.05)


def test_event_taken_from_the_queue_is_missed(
    chain: Chain, simular: Against, counting: Counting
) -> None:
    """One event is gone: exit 4, with its client and the difference."""
    run = simular(chain, "--lote", "1", "--tasa", "400", "--duracion", "3s")
    counting(chain, 200)
    analytics = chain.parts["servicio-analiticas"]
    analytics.kill()
    taken = asyncio.run(take_one(chain.vhost))
    analytics.start()

    assert run.wait() == 4
    assert taken["cliente"].startswith("sim-42-")
    (difference,) = run.summary["diferencias"]
    assert difference["cliente"] == taken["cliente"]
    assert difference["hallado"] == difference["esperado"] - 1
    assert f"{taken['cliente']}: " in run.out
    assert "1 missing" in run.out
