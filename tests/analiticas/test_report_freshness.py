"""A client that waits for reports gets what is being counted, but never waits for long."""

import asyncio
import json
from typing import Any

import pytest
from quart.testing import QuartClient

from counting.counted import Before
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from decoding.message import Message
from live.live import Live
from reporting.report_http import create_app

LONG = 60.0


@pytest.fixture(name="live")
async def _live() -> Live:
    return Live(Totals("b1f0"))


@pytest.fixture(name="client")
async def _client(live: Live) -> QuartClient:
    async def rejections(_: object) -> dict[str, Any]:
        return {}

    return QuartClient(create_app(live, rejections))


def commit(live: Live) -> None:
    body = b'{"cliente":"a"}'
    counted, before = count([Message(1, body)], {}), Before({}, {})
    live.totals.add(Committed(counted, before, live.totals.version + 1, 1.0, IdWindow(60, 100)))
    live.ring()


async def test_what_is_being_counted_is_waited_for(live: Live) -> None:
    """The wait ends with the commit."""
    live.counting = True
    waiting = asyncio.create_task(live.counted(LONG))
    await asyncio.sleep(0.01)
    assert not waiting.done()

    commit(live)

    await asyncio.wait_for(waiting, 5)


async def test_nobody_waits_while_nothing_is_counted(live: Live) -> None:
    """What is known is all there is."""
    await asyncio.wait_for(live.counted(LONG), 5)


async def test_a_store_that_hangs_is_not_waited_for(live: Live) -> None:
    """A batch that takes long keeps no report from its reader."""
    live.counting = True
    await asyncio.wait_for(live.counted(0.001), 5)


@pytest.mark.parametrize(("prefer", "total"), [({"Prefer": "wait=1"}, 2), ({}, 1)])
async def test_report_includes_what_was_being_counted(
    live: Live,
    client: QuartClient,
    monkeypatch: pytest.MonkeyPatch,
    prefer: dict[str, str],
    total: int,
) -> None:
    """Who prefers to wait gets the batch under way; who doesn't gets an answer at once."""
    monkeypatch.setattr("reporting.report_http.PATIENCE", LONG)
    commit(live)
    live.counting = True
    reading = asyncio.create_task(client.get("/reporte", headers=prefer))
    await asyncio.sleep(0.05)
    commit(live)

    report = json.loads(await (await asyncio.wait_for(reading, 5)).get_data())

    assert report["total"] == total
