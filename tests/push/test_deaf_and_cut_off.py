"""Viewers that never read, and viewers whose cable was pulled, beside good ones."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack

from tests.chain_stack import Chain
from tests.push.audience import Audience, show, until
from tests.push.conftest import Scale
from tests.push.flow import Flow, Latencies, flow_into, milliseconds
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


class Side:
    """The good viewers that came one way, and what they make of those who trouble the server."""

    def __init__(self, audience: Audience, flow: Flow, note: Callable[[str], None]) -> None:
        self._audience, self._note = audience, note
        self._way = audience.way
        self.latencies = Latencies(flow)
        self.good: list[Connection] = []

    async def enter_good(self, size: int) -> None:
        self.good = await self._audience.enter(size, self.latencies.changed)

    async def endure(self, scale: Scale, memory: Memory) -> None:
        """Others come the same way, and are gone in time."""
        alone = self.latencies.start_anew()
        cut_off = Victims(self._way, await enter_cut_off(self._audience, scale.cut_off), memory)
        deaf = Victims(self._way, await self._audience.enter_deaf(scale.deaf), memory)
        assert (len(cut_off.states()), len(deaf.states())) == (scale.cut_off, scale.deaf)
        deaf_took = await until(deaf.are_gone, DEAF_GONE, "the deaf are gone", LOOK_EVERY)
        more = await until(
            cut_off.are_gone, CUT_OFF_GONE - deaf_took, "the cut-off are gone", LOOK_EVERY
        )
        beside = self.latencies.start_anew()
        await asyncio.sleep(scale.calm_seconds)
        again = self.latencies.start_anew()
        left = len(deaf.states()) + len(cut_off.states())
        name = self._way.name
        self._note(
            f"{name}: {scale.deaf} deaf gone after {deaf_took:.1f} s, {scale.cut_off} cut off "
            f"after {deaf_took + more:.1f} s, {left} sockets still closing; at most {memory}"
        )
        self._note(f"{name}: {scale.good} good viewers alone {milliseconds(alone)}")
        self._note(f"{name}: {scale.good} good viewers beside them {milliseconds(beside)}")
        self._note(f"{name}: {scale.good} good viewers alone again {milliseconds(again)}")


async def test_they_are_gone_soon_and_nobody_else_notices(
    chain: Chain, direct: Way, proxied: Way, scale: Scale, note: Callable[[str], None]
) -> None:
    """Good viewers stay current, the others are cut in time, and little is kept for them."""
    together = [(direct, proxied)] if scale.both_ways else [(direct,), (proxied,)]
    for ways in together:
        await see_them_go(chain, ways, scale, note)


async def see_them_go(
    chain: Chain, ways: Sequence[Way], scale: Scale, note: Callable[[str], None]
) -> None:
    async with flow_into(chain) as flow, AsyncExitStack() as stack:
        audiences = [await stack.enter_async_context(Audience(way)) for way in ways]
        sides = [Side(audience, flow, note) for audience in audiences]
        for side in sides:
            await side.enter_good(scale.good)
        async with flow.flowing(PUSHES):
            gc.freeze()  # what pytest holds: looking through it would be measured
            await asyncio.sleep(scale.calm_seconds)
            memory = Memory(chain)
            await asyncio.gather(*(side.endure(scale, memory) for side in sides))
        report = await flow.counted()
        good = [viewer for side in sides for viewer in side.good]
        await until(lambda: show(good, report), 2, "every good viewer shows the report")
        assert not [viewer for viewer in good if viewer.ended.done()]

    assert memory.more["panel-visual"] < MORE_MEMORY


async def enter_cut_off(audience: Audience, size: int) -> list[Connection]:
    """Viewers that got their snapshot, and will never send or acknowledge a byte again."""
    come = await audience.enter(size)
    for viewer in come:
        pull_cable(viewer.socket)
    return come
