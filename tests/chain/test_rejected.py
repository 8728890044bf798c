"""Rejected messages, listed and sent again."""

import json

from chain.rejected_command import rechazados
from foreign_publisher import RawText, amqp_publish, publish, read, wait_for


async def test_good_events_of_a_rejected_batch_are_counted_once(chain):
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


async def test_only_the_chosen_are_sent(chain):
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


async def test_each_of_equal_messages_is_counted(chain):
    """Without ids, as many equal messages as were rejected are counted, and as many are told."""
    bad = json.dumps([{"cliente": "a"}, {"cliente": 7}])
    for _ in range(20):
        amqp_publish(chain.vhost, bad)
    wait_for(chain.report_url, lambda r: r["rechazados"] == 20)

    report = await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert report.startswith("20 messages with 20 events published again, 20 events left out, 0 ")
    assert wait_for(chain.report_url, lambda r: r["total"] == 20)["duplicados"] == 0


async def test_ids_that_look_the_same_are_sent_under_their_own(chain):
    """An id that is no UTF-8 stays the bytes that it is."""
    bad = json.dumps([{"cliente": "a"}, {"cliente": 7}]).encode()
    for message_id in (RawText(b"\xff"), "\\xff"):
        await publish(chain.vhost, bad, message_id)
    wait_for(chain.report_url, lambda r: r["rechazados"] == 2)

    await rechazados(chain, "reinyectar", "--todos", "--buenos")

    assert wait_for(chain.report_url, lambda r: r["total"] == 2)["duplicados"] == 0
