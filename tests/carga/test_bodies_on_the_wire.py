"""What a run publishes, as a second queue on the exchange gets it."""

import asyncio
import json
import re
from collections.abc import Callable

import aio_pika

from tests.broker_stack import VirtualHost
from tests.carga.conftest import Against, Command
from tests.chain_stack import Chain
from tests.travelling_body import opened

STAMP = re.compile(rb',"timestamp":"[^"]*"')


async def published(
    vhost: VirtualHost, run: Callable[[], Command]
) -> tuple[list[str], list[bytes]]:
    """Every event's bytes without its timestamp, and the messages' ids."""
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("eventos_clientes")
        assert await asyncio.to_thread(run().wait) == 0
        ids: list[str] = []
        bodies: list[bytes] = []
        known = await channel.declare_queue(queue.name, passive=True)
        waiting = known.declaration_result.message_count
        async with queue.iterator(no_ack=True) as messages:
            async for message in messages:
                assert message.message_id
                ids.append(message.message_id)
                events = STAMP.sub(b"", opened(message.body)).strip(b"[]")
                bodies += events.replace(b"},{", b"}\n{").split(b"\n")
                if len(ids) == waiting:
                    break
        return ids, bodies


async def test_same_seed_same_bodies(lasting_chain: Chain, simular: Against) -> None:
    """Two runs of one seed publish the same bytes in the same order; ids are always new."""

    def run(*words: str) -> Callable[[], Command]:
        return lambda: simular(lasting_chain, "--visores", "0", "--quiet", *words)

    first_ids, first = await published(lasting_chain.vhost, run("--semilla", "5"))
    second_ids, second = await published(lasting_chain.vhost, run("--semilla", "5", "--lote", "1"))
    _, other = await published(lasting_chain.vhost, run("--semilla", "6"))

    assert len(first) == 1200
    assert first == second
    assert not set(first) & set(other)
    assert not set(first_ids) & set(second_ids)
    assert len(set(second_ids)) == 1200
    assert json.loads(first[0])["cliente"].startswith("sim-5-")
