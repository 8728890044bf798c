"""Compressed messages, of our publisher and of others."""

import gzip
import json
import zlib

import pytest

from tests.chain.rejected_command import rechazados
from tests.chain_stack import Chain
from tests.foreign_publisher import grown, publish, read, wait_for
from tests.sender.delivery import LIMIT, bodies, publishing


@pytest.fixture
def chain(lasting_counter: Chain) -> Chain:
    """Nothing here needs more than the analytics, and each test looks at what has come to be."""
    return lasting_counter


async def test_a_message_is_the_same_packed_or_not(chain: Chain) -> None:
    """What a message says makes it the one it is, not how it travelled."""
    before = read(chain.report_url)
    body = b'{"cliente":"a"}'
    for travelling in (gzip.compress(body, 9), body, gzip.compress(body, 1)):
        await publish(chain.vhost, travelling, "uno")
    kombu = {"compression": "application/x-gzip"}  # what it says of zlib
    await publish(chain.vhost, zlib.compress(body), "uno", headers=kombu)

    report = wait_for(chain.report_url, lambda r: grown(r, before, "duplicados", "conflictos") == 3)

    assert grown(report, before, "total") == 1
    assert grown(report, before, "conflictos", "rechazados") == 0


async def test_the_publisher_s_batches_are_counted(chain: Chain) -> None:
    """Twenty thousand events in a few packed messages count each once."""
    before = read(chain.report_url)
    async with publishing(chain.vhost) as publisher:
        await publisher.publish_many(None, bodies(20_000))
        await publisher.drain(LIMIT)

    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") >= 20_000)
    assert grown(report, before, "total") == 20_000


async def test_a_broken_one_is_rejected_and_can_be_mended(chain: Chain) -> None:
    """The reason says what is wrong; of a packed batch the good events are sent again."""
    before = read(chain.report_url)
    batch = json.dumps([{"cliente": "mended"}, {"cliente": 7}]).encode()
    await publish(chain.vhost, gzip.compress(batch), "lote")
    await publish(chain.vhost, gzip.compress(b'{"cliente":"a"}')[:-1], "roto")
    wait_for(chain.report_url, lambda r: grown(r, before, "rechazados") == 2)

    samples = read(f"{chain.report_url}/rechazados")["muestras"]
    again = await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert {s["message_id"]: s["motivo"] for s in samples}["roto"] == "gzip: cut short"
    assert {s["message_id"]: s["cuerpo"] for s in samples}["lote"] == batch.decode()
    assert "1 messages with 1 events published again, 1 events left out, 1 messages stay" in again
    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") == 1)
    assert report["clientes"] == before["clientes"] | {"mended": 1}
