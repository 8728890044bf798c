"""Row 42: more clients at the report than files may be open, each waiting for every change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.faults.panel_part import Panel, Viewer, until, viewers
from tests.faults.rig import Rig
from tests.stack import python_part

FILES = 1024
LOG_BYTES = 100_000
TOLD_AFTER = 3.0  # seconds: a viewer hears of an absence
LIMITED = ["sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh"]


def crowd_at_the_report(
    rig: Rig, polls: int, deaf: int, seconds: float, rate: float, standstill: float
) -> None:
    """Counting and the panel come first: no screen stands still for longer than *standstill*."""
    rig.analytics.command = [*LIMITED, *rig.analytics.command]
    rig.start()
    panel = Panel(rig)
    panel.part.start()
    longest, away = asyncio.run(_watched_crowd(rig, panel, (polls, deaf), seconds, rate))
    size = len(rig.analytics.log.encode())
    rig.findings.notes.append(
        f"every screen moved at least each {longest:.1f} s; {size} bytes of log"
    )
    rig.findings.check(longest <= standstill, f"a screen stood still for {longest:.1f} s")
    rig.findings.check(size <= LOG_BYTES, f"the log has {size} bytes")
    if standstill < TOLD_AFTER:
        rig.findings.check(not away, "a viewer was told that the analytics are away")


async def _watched_crowd(
    rig: Rig, panel: Panel, sizes: tuple[int, int], seconds: float, rate: float
) -> tuple[float, bool]:
    async with viewers(panel, 3) as seen:
        await until(lambda: {v.analiticas for v in seen} == {"en_linea"}, 10)
        await asyncio.to_thread(rig.load, rate)
        port = rig.report_url.split(":")[2].split("/")[0]
        crowds = []
        for kind, size in zip(("polls", "deaf"), sizes, strict=True):
            words = f"tests/faults/crowd.py {port} /reporte {size} {kind}"
            crowds.append(rig.keep(python_part(kind, words, {}, rig.folder)))
            await asyncio.to_thread(crowds[-1].start)
            rig.findings.faults += size
        seen_by_then = await _longest_standstill(seen, seconds)
        for crowd in crowds:
            await asyncio.to_thread(crowd.kill)
        return seen_by_then


async def _longest_standstill(seen: Sequence[Viewer], seconds: float) -> tuple[float, bool]:
    """How long some viewer was shown nothing new, and whether one was told of an absence."""
    clock = asyncio.get_running_loop().time
    end, longest, away = clock() + seconds, 0.0, False
    moved = {id(viewer): (viewer.version, clock()) for viewer in seen}
    while clock() < end:
        await asyncio.sleep(0.02)
        for viewer in seen:
            version, since = moved[id(viewer)]
            longest, away = max(longest, clock() - since), away or viewer.analiticas == "caida"
            if viewer.version != version:
                moved[id(viewer)] = (viewer.version, clock())
    return longest, away
