"""The panel is asked to stop while a thousand watch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from tests.chain_stack import Chain
from tests.push.audience import Audience, until
from tests.push.raw_viewer import Way

VIEWERS = 1000
STOPPED_WITHIN = 10  # seconds


async def test_everyone_is_told_to_come_back(
    chain: Chain, way: Way, note: Callable[[str], None]
) -> None:
    """SIGTERM: each viewer sees 1012, behind the proxy too, and the process exits with 0."""
    panel = chain.parts["panel-visual"]
    async with Audience(way) as audience:
        viewers = await audience.enter(VIEWERS)
        clock = asyncio.get_running_loop().time
        start = clock()
        code = await asyncio.to_thread(panel.stop, STOPPED_WITHIN)
        took = clock() - start
        await until(lambda: all(v.ended.done() for v in viewers), 5, "all connections ended")

    codes = Counter(viewer.close_code for viewer in viewers)
    note(f"{way.name}: SIGTERM with {VIEWERS} viewers: exit {code} after {took:.1f} s, {codes}")
    assert code == 0
    assert codes == {1012: VIEWERS}
    assert "Traceback" not in panel.log
