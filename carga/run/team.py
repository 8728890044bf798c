"""The processes of a run together, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Protocol

from carga.run.processes import Worker, WorkerDiedError, working
from carga.wire.clock import RunClock
from carga.wire.messages import (
    Begin,
    Finished,
    Generate,
    Look,
    Note,
    Progress,
    Ready,
    Said,
    Standings,
    Stop,
    Watch,
    Watched,
)

LOOK_SECONDS = 10.0


class Listener(Protocol):
    """Who is told what the processes tell, at which second of the run."""

    def progressed(self, worker: str, said: Progress, second: float) -> None: ...

    def watched(self, worker: str, said: Watched, second: float) -> None: ...


class RunTeam:
    """
    `finished` holds what each generator said at its end, `notes` what a person should read,
    `came` when the first and the last viewer had come, by the monotonic clock.
    """

    def __init__(self, listener: Listener, clock: RunClock) -> None:
        self._listener, self._clock = listener, clock
        self._generators: list[Worker] = []
        self._viewers: Worker | None = None
        self._ready: set[str] = set()
        self._standings: asyncio.Queue[Standings] = asyncio.Queue()
        self._changed = asyncio.Event()
        self.finished: dict[str, Finished] = {}
        self.notes: list[str] = []
        self.came: tuple[float, float] | None = None

    @asynccontextmanager
    async def at_work(self, generate: list[Generate], watch: Watch | None) -> AsyncIterator[None]:
        """Start the processes and listen to them. Raises WorkerDiedError in an ExceptionGroup."""
        async with AsyncExitStack() as stack:
            for number, task in enumerate(generate, 1):
                process = working(f"generator {number}", "generate", task)
                self._generators.append(await stack.enter_async_context(process))
            if watch:
                self._viewers = await stack.enter_async_context(working("viewers", "watch", watch))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._listen(worker)) for worker in self._all]
                yield
                for each in tasks:
                    each.cancel()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; it is looked at whenever someone said something."""
        while not condition():
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.2)

    @property
    def late(self) -> list[str]:
        """Who is not ready yet."""
        return [worker.name for worker in self._all if worker.name not in self._ready]

    @property
    def pids(self) -> dict[str, int]:
        """The processes by their names, while they are at work."""
        return {worker.name: worker.pid for worker in self._all}

    @property
    def done(self) -> bool:
        """Whether every generator has finished."""
        return len(self.finished) == len(self._generators)

    def begin(self, moment: Begin) -> None:
        self._clock.begin(moment)
        for worker in self._all:
            worker.say(moment)

    def stop_publishing(self) -> None:
        for worker in self._generators:
            worker.say(Stop())

    async def look(self) -> Standings:
        """Ask what the viewers show."""
        if self._viewers is None:
            return Standings([], 0)
        self._viewers.say(Look())
        try:
            return await asyncio.wait_for(self._standings.get(), LOOK_SECONDS)
        except TimeoutError:
            raise WorkerDiedError(f"the viewers said nothing for {LOOK_SECONDS:.0f} s") from None

    @property
    def _all(self) -> list[Worker]:
        return [*self._generators, *([self._viewers] if self._viewers else [])]

    async def _listen(self, worker: Worker) -> None:
        while True:
            self._heard(worker.name, await worker.hear())
            self._changed.set()

    def _heard(self, name: str, said: Said) -> None:
        second = self._clock.seconds()
        match said:
            case Ready():
                self._ready.add(name)
                self.came = said.came or self.came
            case Progress():
                self._listener.progressed(name, said, second)
            case Watched():
                self._listener.watched(name, said, second)
            case Finished():
                self.finished[name] = said
            case Standings():
                self._standings.put_nowait(said)
            case Note():
                self.notes.append(f"{max(second, 0):.0f} s: {said.text}")
