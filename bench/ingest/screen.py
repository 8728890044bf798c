"""What viewers see of a load, all of it as though one client had sent it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from carga.figures.event_latency import EventLatency
from carga.figures.latency_record import LatencyRecord
from carga.run.team import RunTeam
from carga.sending.schedule import Schedule
from carga.wire.clock import RunClock
from carga.wire.messages import Begin, Crowd, Finished, Generate, Progress, Rise, Watch, Watched
from tests.chain_stack import Chain

PROXIED, DIRECT = "through Traefik", "direct"
START_IN = 0.3  # seconds, for everybody to hear of it
READY_WITHIN = 30.0
SEEN_WITHIN = 60.0
LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds from when an event was due, by percentile; *unseen* were in no push."""

    ms: dict[str, float | None]
    unseen: int
    pushes: int


class Screen:
    """
    Listens to one viewer of a chain on which nobody else publishes.

    One publisher, one queue and one consumer keep the order, so the n-th event is in the first
    push whose total is *before* + n. What came is kept while the load goes on, and read afterwards.
    """

    def __init__(self, before: int) -> None:
        self._before = self.total = before
        self._told: list[tuple[Watched, float]] = []
        self.publisher: Progress | None = None
        """The last words of the publisher, for whom this viewer's team has one."""

    def progressed(self, worker: str, said: Progress, second: float) -> None:
        self.publisher = said

    def watched(self, worker: str, said: Watched, second: float) -> None:
        self._told.append((said, second))
        self.total = max([self.total, *(push.total for push in said.pushes)])

    def seen(self, schedule: Schedule) -> Seen:
        record = LatencyRecord()
        events = EventLatency([self._before], record.record)
        over = 0
        for said, second in self._told:
            now = max(int(second * 1000), over)  # what a push shows was due before
            due = list(schedule.slots(over, now))
            events.sent(due, bytes(sum(count for _, count in due)))
            over = now
            for push in said.pushes:
                events.pushed(push.push, [Rise(0, self._before, push.total)])
            events.arrived(said.arrivals)
        return Seen(
            ms=record.percentiles(),
            unseen=schedule.total - events.measured,
            pushes=sum(len(said.pushes) for said, _ in self._told),
        )

    def faults(self) -> Iterable[str]:
        """What the panel did wrong."""
        for said, _ in self._told:
            yield from said.complaints
        if self._told and (drops := self._told[-1][0].drops):
            yield f"lost its connection: {drops} times"


class Audience:
    """Two viewers of *chain*, through its proxy and direct, and our publisher if there is one."""

    def __init__(self, chain: Chain, before: int) -> None:
        self.screens = {PROXIED: Screen(before), DIRECT: Screen(before)}
        self._proxied, self._direct = (
            RunTeam(screen, RunClock()) for screen in self.screens.values()
        )
        self._watch = {
            PROXIED: _watch(chain.routes.web_port, "/panel/ws"),
            DIRECT: _watch(chain.routes.push_port, "/ws"),
        }

    @asynccontextmanager
    async def at_work(self, generate: list[Generate]) -> AsyncIterator[None]:
        async with (
            self._proxied.at_work(generate, self._watch[PROXIED]),
            self._direct.at_work([], self._watch[DIRECT]),
        ):
            async with asyncio.timeout(READY_WITHIN):
                for team in (self._proxied, self._direct):
                    await team.until(lambda team=team: not team.late)  # type: ignore[misc]
            yield

    @property
    def pids(self) -> dict[str, list[int]]:
        """Of our publisher, and of all that measures."""
        publisher = self._proxied.pids
        measuring = [publisher.pop("viewers"), *self._direct.pids.values(), os.getpid()]
        return {"publisher": list(publisher.values()), "measuring": measuring}

    def begin(self) -> Begin:
        moment = Begin(time.monotonic() + START_IN, time.time() + START_IN)
        for team in (self._proxied, self._direct):
            team.begin(moment)
        return moment

    async def finished(self) -> Finished:
        """What our publisher says in the end."""
        await self._proxied.until(lambda: self._proxied.done)
        (finished,) = self._proxied.finished.values()
        return finished

    async def until_shown(self, total: int) -> None:
        """Return once both viewers show so many events, or some patience has ended."""
        end = time.monotonic() + SEEN_WITHIN
        while time.monotonic() < end:
            looks = [await team.look() for team in (self._proxied, self._direct)]
            if all(any(each.total >= total for each in look.standings) for look in looks):
                break
            await asyncio.sleep(LOOK_EVERY)

    async def until_told(self, total: int) -> None:
        """Return once they have told of it too."""
        screens = self.screens.values()
        stop = time.monotonic() + READY_WITHIN
        await self._proxied.until(
            lambda: all(each.total >= total for each in screens) or time.monotonic() > stop
        )

    @property
    def notes(self) -> list[str]:
        return [*self._proxied.notes, *self._direct.notes]


def _watch(port: int, path: str) -> Watch:
    return Watch(
        host="127.0.0.1",
        port=port,
        path=path,
        authorities=None,
        login="",
        viewers=1,
        crowd=Crowd(0, 0),
    )
