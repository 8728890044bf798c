"""Viewers that lose their connection at any moment, while everything else goes on or fails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from tests.chain_stack import Chain
from tests.push.audience import Returning, show_all, until
from tests.push.conftest import Scale
from tests.push.flow import flow_into
from tests.push.machine import reset_on_close
from tests.push.raw_viewer import CLOSE, Way, client_frame

VIEWERS = 40  # each way
EVENTS_PER_SECOND = 200


def choose(viewers: Sequence[Returning], rng: random.Random) -> Returning:
    """Rather one that is watching: who fails again and again waits longer each time."""
    chosen = rng.sample(list(viewers), 8)
    return next((viewer for viewer in chosen[1:] if viewer.current), chosen[0])


def drop(viewer: Returning, rng: random.Random) -> None:
    """Lose its connection by a reset, without a goodbye, or with one."""
    if viewer.connection is None:
        return
    transport = viewer.connection.transport
    kind = rng.randrange(3)
    if kind == 0:
        reset_on_close(viewer.connection.socket)
    elif kind == 1:
        transport.write(client_frame(CLOSE, b"\x03\xe8"))
    transport.abort()


async def test_a_thousand_drops_leave_no_trace(
    chain: Chain, direct: Way, proxied: Way, scale: Scale, note: Callable[[str], None]
) -> None:
    """Every gap is repaired by a snapshot, no number ever falls, and all end with the report."""
    rng = random.Random(20)  # noqa: S311
    analytics = chain.parts["servicio-analiticas"]
    viewers = [Returning(way, rng) for way in (direct, proxied) for _ in range(VIEWERS)]
    async with asyncio.TaskGroup() as group, flow_into(chain) as flow:
        staying = [group.create_task(viewer.stay()) for viewer in viewers]
        flowing = group.create_task(flow.run(EVENTS_PER_SECOND))
        await until(lambda: all(v.current for v in viewers), 10, "everyone watches")
        for n in range(scale.drops):
            if n == scale.drops // 2:
                await asyncio.to_thread(analytics.kill)
                restarting = group.create_task(asyncio.to_thread(analytics.start))
            drop(choose(viewers, rng), rng)
            await asyncio.sleep(rng.uniform(0, 0.01))
        await restarting
        flowing.cancel()
        report = await flow.counted()
        await until(lambda: all(v.current for v in viewers), 60, "everyone is back")
        await until(lambda: show_all(viewers, report), 2, "everyone shows the report")
        for task in staying:
            task.cancel()

    connections = sum(sum(viewer.codes.values()) for viewer in viewers)
    kinds = {kind: sum(v.model.seen[kind] for v in viewers) for kind in ("instantanea", "cambio")}
    note(f"{scale.drops} drops, {connections} connections lost, {flow.total} events: {kinds}")
    assert not [text for viewer in viewers for text in viewer.model.complaints][:5]
    assert connections > scale.drops * 0.9
    assert chain.parts["panel-visual"].running
