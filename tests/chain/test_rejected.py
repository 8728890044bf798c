"""Rejected messages, listed and sent again."""

import json
from collections.abc import Awaitable, Callable

import aio_pika
import pytest
from aio_pika.abc import HeadersType
from pamqp import encode
from pamqp.common import FieldValue

from tests.chain.rejected_command import rechazados
from tests.chain_stack import Chain
from tests.foreign_publisher import EXCHANGE, RawText, amqp_publish, publish, read, wait_for


@pytest.fixture
def chain(counter: Chain) -> Chain:
    """Nothing here needs more than the analytics."""
    return counter


async def test_good_events_of_a_rejected_batch_are_counted_once(chain: Chain) -> None:
    """Sent again twice, the good events of a bad batch count once, and the bad message stays."""
    await publish(chain.vhost, [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b"}], "lote")
    await publish(chain.vhost, b"no es json", "basura")
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)

    assert "[1].cliente" in await rechazados(chain, "listar")
    first = await rechazados(chain, "reinyectar", "--todos", "--buenos")
    wait_for(chain.report_url, lambda r: r["total"] == 2)
    await publish(chain.vhost, [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b"}], "lote")
    wait_for(chain.report_url, lambda r: r["duplicados"] == 1)
    second = await rechazados(chain, "reinyectar", "--todos", "--buenos")
    report = wait_for(chain.report_url, lambda r: r["duplicados"] == 2)

    assert first.startswith("1 messages with 2 events published again, 1 events left out, 1 ")
    assert second.startswith("1 messages with 2 events published again")
    assert report["clientes"] == {"a": 1, "b": 1}


async def test_only_the_chosen_are_sent(chain: Chain) -> None:
    """Messages that were not chosen stay, whether they could be counted now or not."""
    bad = json.dumps([{"cliente": "a"}, {"cliente": 7}]).encode()
    for message_id in ("uno", "dos"):
        await publish(chain.vhost, bad, message_id)
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)

    report = await rechazados(chain, "reinyectar", "--id", "dos", "--buenos")

    assert report.startswith(
        "1 messages with 1 events published again, 1 events left out, 1 messages stay"
    )
    assert wait_for(chain.report_url, lambda r: r["total"] == 1)["clientes"] == {"a": 1}
    assert read(f"{chain.report_url}/rechazados")["rechazados"] == 2


async def test_each_of_equal_messages_is_counted(chain: Chain) -> None:
    """Without ids, as many equal messages as were rejected are counted, and as many are told."""
    bad = json.dumps([{"cliente": "a"}, {"cliente": 7}])
    for _ in range(20):
        amqp_publish(chain.vhost, bad)
    wait_for(chain.report_url, lambda r: r["rechazados"] == 20)

    report = await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert report.startswith("20 messages with 20 events published again, 20 events left out, 0 ")
    assert wait_for(chain.report_url, lambda r: r["total"] == 20)["duplicados"] == 0


async def test_ids_that_look_the_same_are_sent_under_their_own(chain: Chain) -> None:
    """An id that is no UTF-8 stays the bytes that it is."""
    bad = json.dumps([{"cliente": "a"}, {"cliente": 7}]).encode()
    for message_id in (RawText(b"\xff"), "\\xff"):
        await publish(chain.vhost, bad, message_id)
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)

    await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert wait_for(chain.report_url, lambda r: r["total"] == 2)["duplicados"] == 0


async def test_no_header_keeps_a_message_back(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is sent again as it came; only a header that can't be is left out, and told."""
    await publish_odd_headers(chain, monkeypatch)
    await publish(chain.vhost, [{"cliente": "b"}, {"cliente": 7}], "detrás")
    wait_for(chain.report_url, lambda r: r["rechazados"] == 3)
    next_headers = await watch(chain)

    first = await rechazados(chain, "reinyectar", "--todos", "--buenos")
    second = await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert first.startswith("2 messages with 2 events published again, 2 events left out, 1 ")
    assert "id 'raro': headers left out, they can't be sent: 'hondo'" in first
    assert second.startswith("0 messages with 0 events published again, 0 events left out, 1 ")
    assert wait_for(chain.report_url, lambda r: r["total"] == 2)["clientes"] == {"a": 1, "b": 1}
    assert await next_headers() == {
        "trace-id": b"\xff\x00\x01", "lista": [b"\xff"], "tabla": {"x": b"\xff"}, "doble": 1e300,
    }  # fmt: skip


def nested(levels: int) -> FieldValue:
    return [nested(levels - 1)] if levels else 1


async def publish_odd_headers(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has one that is its client's name."""
    raw = RawText(b"\xff\x00\x01"), RawText(b"\xff")
    headers: dict[str, FieldValue] = {
        "trace-id": raw[0],
        "lista": [raw[1]],
        "tabla": {"x": raw[1]},
        "hondo": nested(101),
    }
    by_pamqp = encode.encode_table_value
    with monkeypatch.context() as patch:  # pamqp writes no double
        patch.setattr(
            encode, "encode_table_value",
            lambda v: b"d" + encode.double(v) if isinstance(v, float) else by_pamqp(v),
        )  # fmt: skip
        bad = [{"cliente": "a"}, {"cliente": 7}]
        await publish(chain.vhost, bad, "raro", headers={**headers, "doble": 1e300})
    await publish(chain.vhost, {}, "anónimo", "otro", {"X-Client-Name": raw[1]})
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)


async def watch(chain: Chain) -> Callable[[], Awaitable[HeadersType]]:
    """Return what reads the headers of the first message that is published from now on."""
    async with await aio_pika.connect(chain.vhost.url) as connection:
        queue = await (await connection.channel()).declare_queue("espia", durable=True)
        await queue.bind(EXCHANGE)

    async def next_headers() -> HeadersType:
        async with await aio_pika.connect(chain.vhost.url) as connection:
            queue = await (await connection.channel()).get_queue("espia")
            return (await queue.get()).headers

    return next_headers


async def test_a_message_that_cannot_be_published_stays_alone(chain: Chain) -> None:
    """It is told, also by the exit code, and those behind it are sent."""
    await publish(chain.vhost, b"no es json", "basura")
    await publish(chain.vhost, [{"cliente": "a"}, {"cliente": 7}], "lote")
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)
    connection = await aio_pika.connect(chain.vhost.url)
    async with connection:
        channel = await connection.channel()
        full = await channel.declare_queue(
            "llena", arguments={"x-max-length": 1, "x-overflow": "reject-publish"}
        )
        await channel.default_exchange.publish(aio_pika.Message(b""), "llena")
        await full.bind("eventos_clientes.rechazados")

        report = await rechazados(chain, "reinyectar", "--todos", "--buenos", code=1)
        await full.delete(if_unused=False, if_empty=False)
        again = await rechazados(chain, "reinyectar", "--todos")

    assert report.startswith("1 messages with 1 events published again, 1 events left out, 1 ")
    assert "id 'basura': not published, it stays: the broker did not take it" in report
    assert again.startswith("0 messages with 0 events published again")
    assert wait_for(chain.report_url, lambda r: r["total"] == 1)["clientes"] == {"a": 1}
