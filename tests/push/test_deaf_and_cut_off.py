"""Viewers that never read, and viewers whose cable was pulled, beside good ones."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Collection

from tests.chain_stack import Chain
from tests.push.audience import Audience, show, until
from tests.push.conftest import Scale
from tests.push.flow import Latencies, flow_into, milliseconds
from tests.push.machine import ESTABLISHED, pull_cable, resident, server_sockets
from tests.push.raw_viewer import Connection, Way

DEAF_GONE, CUT_OFF_GONE = 20, 40  # seconds
PUSHES = 10  # a second
LOOK_EVERY = 0.25  # seconds: looking takes the viewers' time
MORE_MEMORY = 100  # MB


class Victims:
    """Connections as the server's kernel sees them, and the most memory used meanwhile."""

    def __init__(self, way: Way, viewers: Collection[Connection], memory: Memory) -> None:
        self._way, self._memory = way, memory
        self._ports = {viewer.local_port for viewer in viewers}

    def states(self) -> Collection[int]:
        return server_sockets(self._way.port, self._ports).values()

    def are_gone(self) -> bool:
        self._memory.look()
        return ESTABLISHED not in self.states()


class Memory:
    """By how much the parts grow, in MB at the most."""

    def __init__(self, chain: Chain) -> None:
        self._pids = {name: chain.parts[name].pid for name in ("panel-visual", "reverse-proxy")}
        self._before = {name: resident(pid) for name, pid in self._pids.items()}
        self.more = dict.fromkeys(self._pids, 0.0)

    def look(self) -> None:
        for name, pid in self._pids.items():
            self.more[name] = max(self.more[name], resident(pid) - self._before[name])

    def __str__(self) -> str:
        return ", ".join(f"{name} {mb:+.1f} MB" for name, mb in self.more.items())


async def test_they_are_gone_soon_and_nobody_else_notices(
    chain: Chain, way: Way, scale: Scale, note: Callable[[str], None]
) -> None:
    """Good viewers stay current, the others are cut in time, and little is kept for them."""
    async with flow_into(chain) as flow, Audience(way) as audience:
        latencies = Latencies(flow)
        good = await audience.enter(scale.good, latencies.changed)
        async with flow.flowing(PUSHES):
            gc.freeze()  # what pytest holds: looking through it would be measured
            await asyncio.sleep(scale.calm_seconds)
            alone = latencies.start_anew()

            memory = Memory(chain)
            cut_off = Victims(way, await enter_cut_off(audience, scale.cut_off), memory)
            deaf = Victims(way, await audience.enter_deaf(scale.deaf), memory)
            assert (len(cut_off.states()), len(deaf.states())) == (scale.cut_off, scale.deaf)
            deaf_took = await until(deaf.are_gone, DEAF_GONE, "the deaf are gone", LOOK_EVERY)
            more = await until(
                cut_off.are_gone, CUT_OFF_GONE - deaf_took, "the cut-off are gone", LOOK_EVERY
            )
            beside = latencies.start_anew()
            await asyncio.sleep(scale.calm_seconds)
            again = latencies.start_anew()
        report = await flow.counted()
        await until(lambda: show(good, report), 2, "every good viewer shows the report")
        assert not [viewer for viewer in good if viewer.ended.done()]

    left = len(deaf.states()) + len(cut_off.states())
    note(
        f"{way.name}: {scale.deaf} deaf gone after {deaf_took:.1f} s, {scale.cut_off} cut off "
        f"after {deaf_took + more:.1f} s, {left} sockets still closing; at most {memory}"
    )
    note(f"{way.name}: {scale.good} good viewers alone {milliseconds(alone)}")
    note(f"{way.name}: {scale.good} good viewers beside them {milliseconds(beside)}")
    note(f"{way.name}: {scale.good} good viewers alone again {milliseconds(again)}")
    assert memory.more["panel-visual"] < MORE_MEMORY


async def enter_cut_off(audience: Audience, size: int) -> list[Connection]:
    """Viewers that got their snapshot, and will never send or acknowledge a byte again."""
    come = await audience.enter(size)
    for viewer in come:
        pull_cable(viewer.socket)
    return come
