"""A process that is many viewers, and tells what they were shown and when."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections import defaultdict
from contextlib import suppress

from carga.checking.web_access import trust
from carga.sending.clients import clients_of
from carga.viewers.coming_back import NO_CLOSE, wait_before
from carga.viewers.push_chain import Push, PushChain
from carga.viewers.stamped_socket import connected_socket
from carga.viewers.viewer import LoadViewer, Shared
from carga.wire.clock import RunClock
from carga.wire.messages import (
    TICKS,
    Begin,
    Look,
    Pushed,
    Ready,
    Standing,
    Standings,
    Stop,
    Watch,
    Watched,
)
from carga.wire.parent_line import ParentLine

AT_ONCE = 100  # handshakes on their way
SILENCE = 12.0  # seconds without a byte, after which docs/websocket.md calls a connection dead
REPORT_SECONDS = 0.25
SETTLED = 1000 * TICKS  # ticks after its first viewer, when a push is told of


class Crowd:
    def __init__(self, task: Watch, clock: RunClock) -> None:
        self._task = task
        self._tls = None if task.authorities is None else trust(task.authorities)
        clients = clients_of(task.crowd)
        self._chain = PushChain({client.name: client.number for client in clients})
        self._shared = Shared(self._chain, clock.ticks)
        self._clock = clock
        self._handshakes = asyncio.Semaphore(AT_ONCE)
        self._rng = random.Random()  # noqa: S311 - spreads reconnections
        self._viewers: dict[int, LoadViewer] = {}
        self._told: list[Push] = []
        self._drops = 0
        self.first_came = 0.0  # by the monotonic clock
        self.complete = asyncio.Event()
        """Set once all are there."""

    async def stay(self, number: int) -> None:
        """Be a viewer, and come back as docs/websocket.md asks, until cancelled."""
        attempt = 0
        at: Push | None = None
        while True:
            code = NO_CLOSE
            with suppress(OSError):
                viewer = await self._enter(number, at)
                await self._watch(viewer)
                at, code = viewer.at or at, viewer.close_code
                if viewer.shows:
                    attempt = 0
                    self._drops += 1
            await asyncio.sleep(wait_before(code, attempt, self._rng))
            attempt += 1

    @property
    def connected(self) -> int:
        return sum(_present(viewer) for viewer in self._viewers.values())

    def report(self) -> Watched:
        """What is new since the last report; a push only once nearly everyone has it."""
        settled = self._clock.ticks() - SETTLED
        fresh, waiting = [], []
        for push, rises in self._chain.fresh:
            if push.arrivals and min(push.arrivals) > settled:
                waiting.append((push, rises))
                continue
            first = min(push.arrivals, default=self._clock.ticks())
            spread = max(push.arrivals, default=first) - first
            fresh.append(Pushed(push.number, rises, first, spread, push.total))
            self._told.append(push)
        self._chain.fresh = waiting
        complaints, self._shared.complaints = self._shared.complaints[:5], []
        return Watched(
            connected=self.connected,
            pushes=fresh,
            arrivals=self._take_arrivals(),
            frames=self._shared.frames,
            drops=self._drops,
            complaints=complaints,
            cpu=time.process_time(),
        )

    def standings(self) -> Standings:
        alike: defaultdict[Push, int] = defaultdict(int)
        for viewer in self._viewers.values():
            if viewer.at and _present(viewer):
                alike[viewer.at] += 1
        return Standings(
            [
                Standing(viewers, at.epoca, at.version, at.total, at.others.total, at.clientes)
                for at, viewers in alike.items()
            ],
            self._task.viewers - sum(alike.values()),
        )

    def _take_arrivals(self) -> list[tuple[int, int, int]]:
        arrivals = []
        for push in self._told:
            arrivals += [(push.number, tick, viewers) for tick, viewers in push.arrivals.items()]
            push.arrivals = {}
        # A viewer that lags this much is told of in its next pushes, not in this one.
        self._told = self._told[-1000:]
        return arrivals

    async def _enter(self, number: int, at: Push | None) -> LoadViewer:
        task = self._task
        async with self._handshakes:
            sock = await connected_socket(task.host, task.port)
            _, viewer = await asyncio.get_running_loop().create_connection(
                lambda: LoadViewer(self._shared, sock, at),
                sock=sock,
                ssl=self._tls,
                server_hostname=task.host if self._tls else None,
            )
            self._viewers[number] = viewer
            viewer.ask(f"{task.host}:{task.port}", task.path, task.login)
            await asyncio.wait((viewer.welcomed,), timeout=SILENCE)
        if viewer.shows:
            self.first_came = self.first_came or time.monotonic()
        if self.connected == task.viewers:
            self.complete.set()
        return viewer

    async def _watch(self, viewer: LoadViewer) -> None:
        try:
            while not viewer.ended.done() and not self._silent(viewer):
                await asyncio.wait((viewer.ended,), timeout=SILENCE / 4)
        finally:
            viewer.transport.abort()

    def _silent(self, viewer: LoadViewer) -> bool:
        return asyncio.get_running_loop().time() - viewer.heard > SILENCE


async def watch(task: Watch, line: ParentLine) -> None:
    """Be viewers until told to stop; answer each Look."""
    _allow_sockets(task.viewers)
    clock = RunClock()
    crowd = Crowd(task, clock)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(crowd.stay(number)) for number in range(task.viewers)]
        tasks.append(group.create_task(_report(crowd, line)))
        tasks.append(group.create_task(_tell_when_complete(crowd, line)))
        while said := await line.hear():
            match said:
                case Begin():
                    clock.begin(said)
                case Look():
                    line.say(crowd.report())
                    line.say(crowd.standings())
                case Stop():
                    break
        for each in tasks:
            each.cancel()


async def _tell_when_complete(crowd: Crowd, line: ParentLine) -> None:
    await crowd.complete.wait()
    line.say(Ready((crowd.first_came, time.monotonic())))


async def _report(crowd: Crowd, line: ParentLine) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        line.say(crowd.report())


def _present(viewer: LoadViewer) -> bool:
    return viewer.shows and not viewer.ended.done()


def _allow_sockets(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 100
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard > soft):
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
