"""Messages that can't be counted, or hardly be read, on the real broker."""

import asyncio
from typing import Any

import pytest

from tests.chain_stack import Chain
from tests.foreign_publisher import RawText, publish, read, wait_for

REJECTED = "cola_analiticas.rechazados"


async def rejected_reasons(chain: Chain, count: int) -> list[dict[str, Any]]:
    """What lies in the queue of rejected messages, as the broker hands it out."""
    answers: list[dict[str, Any]] = [{}]
    async with asyncio.timeout(10):
        while len(answers) < count or not answers[0]:
            answers = chain.vhost.api(
                "POST",
                "queues",
                f"/{REJECTED}/get",
                {"count": count, "ackmode": "ack_requeue_true", "encoding": "auto"},
            ).json() or [{}]
            await asyncio.sleep(0.05)
    return answers


@pytest.mark.parametrize(
    "body",
    [
        b"no es json",
        b"[]",
        b'{"cliente": 7}',
        b'{"cliente":"\\ud800"}',
        b"[" * 100_000,
        b'[{"cliente":"a"},{"cliente":7},{"cliente":"b"}]',
    ],
    ids=["text", "empty", "number", "surrogate", "brackets", "good-bad-good"],
)
async def test_bad_body_is_set_aside(chain: Chain, body: bytes) -> None:
    """A body that can't be counted ends in the queue of rejected messages and stops nothing."""
    await publish(chain.vhost, body, "malo")
    await publish(chain.vhost, {"cliente": "bueno"}, "bueno")

    report = wait_for(chain.report_url, lambda r: r["total"] == 1)

    assert report["clientes"] == {"bueno": 1}
    assert report["rechazados"] == 1
    (message,) = await rejected_reasons(chain, 1)
    assert message["properties"]["message_id"] == "malo"


async def test_reason_names_the_field(chain: Chain) -> None:
    """The reason for a batch's rejection names the event and the field."""
    await publish(chain.vhost, [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b"}], "malo")

    wait_for(chain.report_url, lambda r: r["rechazados"] == 1)

    (sample,) = read(f"{chain.report_url}/rechazados")["muestras"]
    assert sample["motivo"].startswith("[1].cliente: ")
    assert "[1].cliente: " in chain.parts["servicio-analiticas"].log


async def test_an_id_of_bytes_is_not_the_text_that_shows_it(chain: Chain) -> None:
    """An id that is no UTF-8 and the one that is written as it is shown are two."""
    for message_id in (RawText(b"\xff"), "\\xff", RawText(b"\xff")):
        await publish(chain.vhost, {"cliente": "raro"}, message_id=message_id)

    report = wait_for(chain.report_url, lambda r: r["total"] + r["duplicados"] == 3)

    assert (report["total"], report["duplicados"]) == (2, 1)


@pytest.mark.parametrize(
    "properties",
    [
        {"app_id": RawText(b"\xff\xfe")},
        {"message_id": RawText(b"\xff")},
        {"headers": {RawText(b"\xff"): "x"}},
        {"headers": {"X-Client-Name": RawText(b"\xff")}},
    ],
    ids=["app_id", "message_id", "header key", "header value"],
)
async def test_undecodable_property_stops_nothing(chain: Chain, properties: dict[str, Any]) -> None:
    """A property that the client library can't decode never ends the consumer's connection."""
    connected_since = read(f"{chain.report_url}/estado")["desde"]

    await publish(chain.vhost, {"cliente": "raro"}, **properties)
    await publish(chain.vhost, {"cliente": "siguiente"}, "siguiente")

    report = wait_for(chain.report_url, lambda r: r["total"] == 2, seconds=1.5)
    assert report["clientes"] == {"raro": 1, "siguiente": 1}
    assert read(f"{chain.report_url}/estado")["desde"] == connected_since
