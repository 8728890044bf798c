"""What the broker sets aside by itself is counted and shown, beside the ledger's equation."""

from __future__ import annotations

from typing import Any

import aio_pika
import pytest

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import EXCHANGE, publish, read, wait_for

BAD, GOOD = b'{"cliente": 7}', b'{"cliente": "bueno"}'
FORGED: tuple[Any, ...] = (
    *(["not a table"], "text", []),
    [{"queue": "cola_analiticas", "reason": "expired", "count": 7}],
)


@pytest.fixture
def chain(counter: Chain) -> Chain:
    """Nothing here needs more than the analytics."""
    return counter


async def confirmed(vhost: VirtualHost, *messages: aio_pika.Message) -> None:
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        for message in messages:
            await exchange.publish(message, "", timeout=10)


def message(body: bytes, message_id: str | None, seconds: float | None = None) -> aio_pika.Message:
    persistent = aio_pika.DeliveryMode.PERSISTENT
    return aio_pika.Message(
        body, message_id=message_id, expiration=seconds, delivery_mode=persistent
    )


async def take_rejected(vhost: VirtualHost, count: int) -> list[aio_pika.abc.AbstractMessage]:
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("cola_analiticas.rechazados")
        async with queue.iterator(timeout=10) as waiting:
            return [await anext(waiting) for _ in range(count)]


async def test_what_expires_is_told(chain: Chain) -> None:
    """A confirmed event that the broker throws out unread is counted by its reason, once."""
    chain.parts["servicio-analiticas"].kill()
    await confirmed(chain.vhost, message(GOOD, "uno", 0.01), message(GOOD, "dos", 0.01))
    await confirmed(chain.vhost, message(GOOD, "uno", 0.01))
    chain.parts["servicio-analiticas"].start()

    book = wait_for(f"{chain.report_url}/libro", lambda b: b["apartados"]["total"] > 0)

    assert book["apartados"] == {"total": 2, "por_motivo": {"expired": 2}}
    assert book["mensajes"]["recibidos"] == 0
    assert read(f"{chain.report_url}/estado")["apartados"] == book["apartados"]
    rejected = read(f"{chain.report_url}/rechazados")
    assert rejected["apartados"] == book["apartados"]
    assert rejected["muestras"][0]["motivo"] == "set aside by the broker: expired"
    assert rejected["motivos"] == {}


async def test_it_is_told_after_a_restart(chain: Chain) -> None:
    """The store keeps it, and what comes again is known."""
    chain.parts["servicio-analiticas"].kill()
    await confirmed(chain.vhost, message(GOOD, "uno", 0.01))
    chain.parts["servicio-analiticas"].start()
    wait_for(f"{chain.report_url}/libro", lambda b: b["apartados"]["total"] == 1)

    chain.parts["servicio-analiticas"].kill()
    chain.parts["servicio-analiticas"].start()

    assert read(f"{chain.report_url}/libro")["apartados"]["total"] == 1


async def test_our_own_rejections_are_not_told_twice(chain: Chain) -> None:
    """A message that the analytics reject is in the equation and nowhere else; not so another's."""
    await publish(chain.vhost, BAD, "malo")
    wait_for(chain.report_url, lambda report: report["rechazados"] == 1)
    chain.parts["servicio-analiticas"].kill()
    await publish(chain.vhost, GOOD, "ajeno")
    async with await aio_pika.connect(chain.vhost.url) as connection:
        queue = await (await connection.channel()).get_queue("cola_analiticas")
        await (await queue.get(timeout=5)).reject(requeue=False)
    chain.parts["servicio-analiticas"].start()

    book = wait_for(f"{chain.report_url}/libro", lambda b: b["apartados"]["total"] > 0)

    assert book["apartados"] == {"total": 1, "por_motivo": {"rejected": 1}}
    assert book["mensajes"]["rechazados"] == 1


async def test_forged_header_stops_no_rejection(chain: Chain) -> None:
    """Whatever a stranger calls x-death, his bad messages and those after it are set aside."""
    forged = {f"forjado {n}": {"x-death": value} for n, value in enumerate(FORGED)}
    for message_id, headers in forged.items():
        await publish(chain.vhost, BAD, message_id, headers={**headers, "X-Client-Name": "otro"})
    for n in range(5):
        await publish(chain.vhost, BAD, f"malo {n}")
    await publish(chain.vhost, GOOD, "bueno")

    rejected = await take_rejected(chain.vhost, len(forged) + 5)

    assert {each.message_id for each in rejected} == {*forged, *(f"malo {n}" for n in range(5))}
    for copy in rejected:
        if copy.message_id in forged:
            assert copy.body == BAD
            assert "x-death" not in copy.headers
            assert copy.headers["X-Client-Name"] == "otro"
    estado = wait_for(f"{chain.report_url}/estado", lambda e: e["por_apartar"]["propios"] == 0)
    assert estado["apartados"]["total"] == 0
    fates = read(f"{chain.report_url}/libro")["mensajes"]
    assert (fates["contados"], fates["rechazados"]) == (1, len(forged) + 5)


async def test_what_the_broker_keeps_is_told(chain: Chain) -> None:
    """A message that the broker can't set aside, whatever stops it, is seen waiting inside it."""
    chain.vhost.api("DELETE", "exchanges", "/eventos_clientes.rechazados").raise_for_status()
    await publish(chain.vhost, BAD, "malo")

    wait_for(
        f"{chain.report_url}/estado",
        lambda estado: estado["por_apartar"] == {"broker": 1, "propios": 0},
        seconds=20,
    )
