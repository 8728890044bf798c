"""How little is sent, and how soon."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable

from tests.chain_stack import Chain
from tests.push.audience import Audience, show, until
from tests.push.flow import flow_into
from tests.push.raw_viewer import Way

QUIET_SECONDS = 5.5  # longer than from one heartbeat to the next
PUSHES = 40  # a second, at most


async def test_quiet_costs_heartbeats_and_one_event_one_change(
    chain: Chain, direct: Way, proxied: Way, note: Callable[[str], None]
) -> None:
    """A state that does not change is never sent; one event is one frame."""
    async with flow_into(chain) as flow, Audience(direct) as some, Audience(proxied) as others:
        viewers = [*await some.enter(1), *await others.enter(1)]
        await flow.publish()
        report = await flow.counted()
        await until(lambda: show(viewers, report), 2, "the event is shown")
        await asyncio.sleep(QUIET_SECONDS)

    for way, viewer in zip((direct, proxied), viewers, strict=True):
        seen = viewer.model.seen
        note(f"{way.name}: one event and {QUIET_SECONDS} s of quiet cost {dict(seen)}")
        assert (seen["instantanea"], seen["cambio"]) == (1, 1)
        assert seen["latido"] >= 1


async def test_many_events_cost_few_frames(
    chain: Chain, direct: Way, proxied: Way, note: Callable[[str], None]
) -> None:
    """10,000 events a second are at most 40 frames a second to a viewer."""
    async with flow_into(chain) as flow, Audience(direct) as some, Audience(proxied) as others:
        viewers = [*await some.enter(1), *await others.enter(1)]
        clock = asyncio.get_running_loop().time
        before, start = flow.total, clock()
        await flow.run(rate=100, seconds=4, events=100)
        report = await flow.counted()
        await until(lambda: show(viewers, report), 2, "every event is shown")
        took = clock() - start

    for way, viewer in zip((direct, proxied), viewers, strict=True):
        frames = viewer.model.seen["cambio"]
        note(
            f"{way.name}: {(flow.total - before) / took:,.0f} events/s "
            f"were {frames / took:.1f} frames/s to a viewer"
        )
        assert 1 < frames <= PUSHES * took + 1


async def test_the_first_event_after_quiet_does_not_wait(
    chain: Chain, way: Way, note: Callable[[str], None]
) -> None:
    """It leaves in less than the 25 ms that later ones are held back, counted from its commit."""
    arrived: list[float] = []

    def changed(before: int, now: int) -> None:
        if now > before:
            arrived.append(datetime.datetime.now(datetime.UTC).timestamp())

    lags = []
    async with flow_into(chain) as flow, Audience(way) as audience:
        (viewer,) = await audience.enter(1, changed)
        for _ in range(12):
            arrived.clear()
            await flow.publish()
            await until(lambda: arrived, 5, "the event is shown")
            committed = datetime.datetime.fromisoformat(viewer.model.shown.report["generado"])
            lags.append(arrived[0] - committed.timestamp())
            await asyncio.sleep(0.1)  # quiet

    lags.sort()
    fastest, slowest = lags[0] * 1e3, lags[-1] * 1e3
    note(f"{way.name}: commit to viewer after quiet: {fastest:.0f} to {slowest:.0f} ms")
    assert lags[0] < 1 / PUSHES  # the best of them: the machine may be busy at any one
