"""Several queues share the events of a service that counts: their number changes beneath it."""

from __future__ import annotations

import asyncio

import pytest

from broker.shards import shards
from tests.analiticas.test_shards import NO_ID, publish
from tests.chain_stack import Chain
from tests.foreign_publisher import grown, read, wait_for
from tests.sender.delivery import ALONE, Stream, publishing, streaming, until
from tests.topology_job import declare_topology

SOME = 60


@pytest.fixture
def chain(lasting_counter: Chain) -> Chain:
    return lasting_counter


async def test_growing_and_shrinking_under_publishers(chain: Chain) -> None:
    """Each event is counted once, of messages without an id too, and counting never stops."""
    state_url = f"{chain.report_url}/estado"
    wait_for(state_url, lambda state: state["broker"] == "conectado")
    assert "colas" not in read(state_url)
    nameless, stop = 0, asyncio.Event()

    async def publish_without_id() -> None:
        nonlocal nameless
        while not stop.is_set():
            await publish(chain.vhost, [NO_ID] * 10)
            nameless += 10

    async with (
        asyncio.TaskGroup() as tasks,
        publishing(chain.vhost, ALONE) as publisher,
        streaming(publisher) as stream,
    ):
        tasks.create_task(publish_without_id())
        for count in (3, 1):
            await further(stream)
            await asyncio.to_thread(declare_topology, chain.vhost, count)
            await asyncio.to_thread(
                wait_for, state_url, lambda state: list(state.get("colas", ())) == shards(3), 30
            )
            await further(stream)
        stop.set()
        await stream.end()
        total = stream.sent
    total += nameless
    report = wait_for(chain.report_url, lambda report: report["total"] >= total, 30)
    state = wait_for(state_url, lambda state: not any(state["colas"].values()))

    assert (report["total"], report["duplicados"]) == (total, 0)
    assert read(f"{chain.report_url}/libro")["sin_id"] == nameless
    assert list(state["colas"]) == shards(3)
    for name in reversed(shards(3)[1:]):  # empty, and nobody misses them
        chain.vhost.api("DELETE", "queues", f"/{name}").raise_for_status()
    wait_for(state_url, lambda state: "colas" not in state)
    log = chain.parts["servicio-analiticas"].log
    assert f"listo: consuming {', '.join(shards(3))}" in log
    assert "cola_analiticas.3 is gone" in log
    assert "no connection" not in log


async def further(stream: Stream) -> None:
    goal = stream.confirmed + SOME
    await until(lambda: stream.confirmed > goal)


async def test_two_queues_from_the_start(chain: Chain) -> None:
    """The service with a file declares them itself, and counts exactly, with ids and without."""
    analytics = chain.parts["servicio-analiticas"]
    analytics.stop()
    analytics.environment["COLAS"] = "2"
    analytics.start()
    before = read(chain.report_url)
    ids = [f"dos-{n}" for n in range(SOME)]

    await publish(chain.vhost, [*ids, *ids, *[NO_ID] * SOME])
    report = wait_for(
        chain.report_url,
        lambda report: grown(report, before, "total", "duplicados") >= 3 * SOME,
        30,
    )

    assert (grown(report, before, "total"), grown(report, before, "duplicados")) == (2 * SOME, SOME)
    assert f"listo: consuming {', '.join(shards(2))}" in analytics.log
