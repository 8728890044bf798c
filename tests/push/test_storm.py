"""All viewers lose the panel at once, and come back as docs/websocket.md asks."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence

from tests.chain_stack import Chain
from tests.push.audience import Returning, show_all, until
from tests.push.conftest import Scale
from tests.push.flow import flow_into
from tests.push.machine import cpu_seconds
from tests.push.raw_viewer import Way

BACK = 30  # seconds for 99 % of them
SHARE = 0.99


async def test_a_killed_panel_is_watched_again_soon(
    chain: Chain, way: Way, scale: Scale, note: Callable[[str], None]
) -> None:
    """99 % have a snapshot within 30 s, and no handshake meets an error but 503."""
    rng = random.Random(18)  # noqa: S311
    panel = chain.parts["panel-visual"]
    clock = asyncio.get_running_loop().time
    viewers = [Returning(way, rng) for _ in range(scale.storm)]
    async with asyncio.TaskGroup() as group, flow_into(chain) as flow:
        staying = [group.create_task(viewer.stay()) for viewer in viewers]
        flowing = group.create_task(flow.run(rate=5))
        await until(lambda: all(v.current for v in viewers), 60, "everyone watches")

        killed = clock()
        await asyncio.to_thread(panel.kill)
        await asyncio.to_thread(panel.start)
        started = clock()
        enough = SHARE * len(viewers)
        await until(lambda: len(back(viewers, killed)) >= enough, BACK, "99 % are back")
        took = sorted(back(viewers, killed))[int(enough) - 1] - killed
        cpu = cpu_seconds(panel.pid)
        await until(lambda: len(back(viewers, killed)) == len(viewers), 60, "everyone is back")
        last = max(back(viewers, killed)) - killed

        flowing.cancel()
        report = await flow.counted()
        await until(lambda: show_all(viewers, report), 2, "everyone shows the report")
        for task in staying:
            task.cancel()

    refused = Counter(s for v in viewers for began, s in v.refusals if began > started)
    note(
        f"{way.name}: of {len(viewers)} viewers of a killed panel, 99 % have a snapshot after "
        f"{took:.1f} s, all after {last:.1f} s (it listened after {started - killed:.1f} s, and "
        f"had used {cpu:.1f} s of CPU); refusals since: {dict(refused)}"
    )
    assert not [text for viewer in viewers for text in viewer.model.complaints][:5]
    assert not [status for status in refused if status >= 500 and status != 503]


def back(viewers: Sequence[Returning], killed: float) -> list[float]:
    return [v.back_at for v in viewers if v.current and v.back_at > killed]
