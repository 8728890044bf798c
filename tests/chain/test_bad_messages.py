"""Messages that can't be counted, or hardly be read, on the real broker."""

import asyncio
from typing import Any

import pytest

from tests.chain_stack import Chain
from tests.foreign_publisher import RawText, grown, publish, read, wait_for

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


@pytest.fixture
def chain(lasting_counter: Chain) -> Chain:
    """Nothing here needs more than the analytics, and each test looks at what has come to be."""
    return lasting_counter


BODIES = {
    "text": b"no es json",
    "empty": b"[]",
    "number": b'{"cliente": 7}',
    "surrogate": b'{"cliente":"\\ud800"}',
    "brackets": b"[" * 100_000,
    "good-bad-good": b'[{"cliente":"a"},{"cliente":7},{"cliente":"b"}]',
}


async def test_bad_bodies_are_set_aside(chain: Chain) -> None:
    """A body that can't be counted ends in the queue of rejected messages and stops nothing."""
    before = read(chain.report_url)
    for message_id, body in BODIES.items():
        await publish(chain.vhost, body, message_id)
        await publish(chain.vhost, {"cliente": "bueno"}, f"beside {message_id}")

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == len(BODIES))

    assert report["clientes"] == before["clientes"] | {"bueno": len(BODIES)}
    assert grown(report, before, "rechazados") == len(BODIES)
    rejected = await rejected_reasons(chain, report["rechazados"])
    ids = [message["properties"]["message_id"] for message in rejected]
    assert sorted(set(ids) & {*BODIES}) == sorted(BODIES)
    assert len(ids) == report["rechazados"]


async def test_reason_names_the_field(chain: Chain) -> None:
    """The reason for a batch's rejection names the event and the field."""
    before = read(chain.report_url)
    await publish(chain.vhost, [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b"}], "malo")

    wait_for(chain.report_url, lambda r: grown(r, before, "rechazados") == 1)

    samples = read(f"{chain.report_url}/rechazados")["muestras"]
    (sample,) = (each for each in samples if each["message_id"] == "malo")
    assert sample["motivo"].startswith("[1].cliente: ")
    assert "[1].cliente: " in chain.parts["servicio-analiticas"].log


async def test_an_id_of_bytes_is_not_the_text_that_shows_it(chain: Chain) -> None:
    """An id that is no UTF-8 and the one that is written as it is shown are two."""
    before = read(chain.report_url)
    for message_id in (RawText(b"\xff"), "\\xff", RawText(b"\xff")):
        await publish(chain.vhost, {"cliente": "raro"}, message_id=message_id)

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total", "duplicados") == 3)

    assert (grown(report, before, "total"), grown(report, before, "duplicados")) == (2, 1)


@pytest.mark.parametrize(
    "properties",
    [
        {"app_id": RawText(b"\xff\xfe")},
        {"message_id": RawText(b"\xfe")},
        {"headers": {RawText(b"\xff"): "x"}},
        {"headers": {"X-Client-Name": RawText(b"\xff")}},
    ],
    ids=["app_id", "message_id", "header key", "header value"],
)
async def test_undecodable_property_stops_nothing(chain: Chain, properties: dict[str, Any]) -> None:
    """A property that the client library can't decode never ends the consumer's connection."""
    before = read(chain.report_url)
    connected_since = read(f"{chain.report_url}/estado")["desde"]

    await publish(chain.vhost, {"cliente": "raro"}, **properties)
    await publish(chain.vhost, {"cliente": "siguiente"})

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == 2, seconds=1.5)
    for cliente in ("raro", "siguiente"):
        assert report["clientes"][cliente] == before["clientes"].get(cliente, 0) + 1
    assert read(f"{chain.report_url}/estado")["desde"] == connected_since
