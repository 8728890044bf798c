"""Compressed messages, of our publisher and of others."""

import gzip
import json
import zlib

from tests.chain.rejected_command import rechazados
from tests.chain_stack import Chain
from tests.foreign_publisher import publish, read, wait_for
from tests.sender.delivery import LIMIT, bodies, publishing


async def test_a_message_is_the_same_packed_or_not(chain: Chain) -> None:
    """What a message says makes it the one it is, not how it travelled."""
    body = b'{"cliente":"a"}'
    for travelling in (gzip.compress(body, 9), body, gzip.compress(body, 1)):
        await publish(chain.vhost, travelling, "uno")
    kombu = {"compression": "application/x-gzip"}  # what it says of zlib
    await publish(chain.vhost, zlib.compress(body), "uno", headers=kombu)

    report = wait_for(chain.report_url, lambda r: r["duplicados"] + r["conflictos"] == 3)

    assert (report["total"], report["conflictos"], report["rechazados"]) == (1, 0, 0)


async def test_the_publisher_s_batches_are_counted(chain: Chain) -> None:
    """Twenty thousand events in a few packed messages count each once."""
    async with publishing(chain.vhost) as publisher:
        await publisher.publish_many(None, bodies(20_000))
        await publisher.drain(LIMIT)

    assert wait_for(chain.report_url, lambda r: r["total"] >= 20_000)["total"] == 20_000


async def test_a_broken_one_is_rejected_and_can_be_mended(chain: Chain) -> None:
    """The reason says what is wrong; of a packed batch the good events are sent again."""
    batch = json.dumps([{"cliente": "a"}, {"cliente": 7}]).encode()
    await publish(chain.vhost, gzip.compress(batch), "lote")
    await publish(chain.vhost, gzip.compress(b'{"cliente":"a"}')[:-1], "roto")
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)

    samples = read(f"{chain.report_url}/rechazados")["muestras"]
    again = await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert {s["message_id"]: s["motivo"] for s in samples}["roto"] == "gzip: cut short"
    assert {s["message_id"]: s["cuerpo"] for s in samples}["lote"] == batch.decode()
    assert "1 messages with 1 events published again, 1 events left out, 1 messages stay" in again
    assert wait_for(chain.report_url, lambda r: r["total"] == 1)["clientes"] == {"a": 1}
