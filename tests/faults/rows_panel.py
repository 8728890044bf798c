"""Rows 21, 22 and 23: the analytics goes and comes under the panel; connections kept alive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx

from tests.faults.panel_part import Panel, Viewer, until, viewers
from tests.faults.probes import open_files
from tests.faults.rig import Rig


def restarted_under_a_panel(rig: Rig, kills: int, watchers: int, rate: float) -> None:
    """Row 21: viewers see no smaller number within an epoca, and a new store as a snapshot."""
    rig.start()
    panel = Panel(rig)
    panel.part.start()
    asyncio.run(_watched_restarts(rig, panel, kills, watchers, rate))


async def _watched_restarts(rig: Rig, panel: Panel, kills: int, watchers: int, rate: float) -> None:
    async with viewers(panel, watchers) as seen:
        await asyncio.to_thread(rig.load, rate)
        for _ in range(kills):
            await asyncio.sleep(rig.rng.uniform(0.3, 1.5))
            await asyncio.to_thread(rig.analytics.kill)
            await asyncio.to_thread(rig.analytics.start)
            await asyncio.to_thread(rig.until_counting, 20)
            rig.findings.faults += 1
        await asyncio.to_thread(rig.finish_loads)
        await asyncio.to_thread(rig.until_quiet)
        report = rig.read() or {"version": -1, "total": -1}
        caught_up = await until(lambda: {v.version for v in seen} == {report["version"]}, 5)
        rig.findings.check(caught_up <= 2, f"I7 panel = report only after {caught_up:.1f} s")
        rig.findings.check({v.total for v in seen} == {report["total"]}, "I7 panel is not report")
        rig.findings.problems += [p for viewer in seen for p in viewer.problems][:3]
        for store in (rig.store.with_name("empty.db"), rig.store):
            took = await _replace_store(rig, str(store), seen)
            rig.findings.notes.append(f"another store is on all screens after {took:.1f} s")
            rig.findings.check(took <= 3, "the other store was shown too late")


async def _replace_store(rig: Rig, store: str, seen: Sequence[Viewer]) -> float:
    await asyncio.to_thread(rig.analytics.kill)
    rig.analytics.environment["STORE_PATH"] = store
    await asyncio.to_thread(rig.analytics.start)
    epoca = (rig.read() or {"epoca": "?"})["epoca"]
    rig.findings.faults += 1
    return await until(lambda: {v.epoca for v in seen} == {epoca}, 10)


def report_down(rig: Rig, seconds: float, watchers: int) -> None:
    """Row 22: the panel stays up and says how old its numbers are."""
    rig.start()
    rig.load(200, 200)
    rig.finish_loads()
    panel = Panel(rig)
    panel.part.start()
    asyncio.run(_watched_outage(rig, panel, seconds, watchers))


async def _watched_outage(rig: Rig, panel: Panel, seconds: float, watchers: int) -> None:
    async with viewers(panel, watchers) as seen:
        await until(lambda: {v.analiticas for v in seen} == {"en_linea"}, 10)
        await asyncio.to_thread(rig.analytics.kill)
        rig.findings.faults += 1
        told = await until(lambda: {v.analiticas for v in seen} == {"caida"}, 10)
        files = open_files(panel.part.pid)
        await asyncio.sleep(seconds)
        more = open_files(panel.part.pid) - files
        page = await asyncio.to_thread(httpx.get, f"{panel.url}/", trust_env=False)
        await asyncio.to_thread(rig.analytics.start)
        back = await until(lambda: {v.analiticas for v in seen} == {"en_linea"}, 20)
    rig.findings.notes.append(
        f"told after {told:.1f} s, back {back:.1f} s after it was ready, {more:+d} open files"
    )
    rig.findings.check(told <= 3, "the outage was told too late")
    rig.findings.check(back <= 2, "the return was told too late")
    rig.findings.check(more <= 5, f"{more} files leaked")
    rig.findings.check(page.status_code == 200, f"the page answered {page.status_code}")


def kept_alive(rig: Rig, pollers: int, polls: int, longest_gap: float) -> None:
    """Row 23: no request meets a connection that the server is just closing."""
    rig.start()
    rig.load(50)
    rig.until_counting(20)
    errors = asyncio.run(_poll(rig, pollers, polls, longest_gap))
    rig.findings.faults = pollers * polls
    rig.findings.check(not errors, f"{len(errors)} of {pollers * polls} polls failed: {errors[:2]}")


async def _poll(rig: Rig, pollers: int, polls: int, longest_gap: float) -> list[str]:
    errors: list[str] = []

    async def one() -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=10) as client:  # noqa: S501
            for _ in range(polls):
                try:
                    (await client.get(rig.report_url)).raise_for_status()
                except httpx.HTTPError as error:
                    errors.append(repr(error))
                await asyncio.sleep(rig.rng.uniform(0, longest_gap))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(pollers):
            tasks.create_task(one())
    return errors
