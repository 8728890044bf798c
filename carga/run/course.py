"""One run, from the first look at the system to the last."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from carga.checking.reporte_client import ReporteAwayError, ReporteClient
from carga.figures.numbers import RunNumbers
from carga.options import LoadOptions
from carga.run.plan import PATIENCE, crowd_of, first_connection, generator_tasks, watch_task
from carga.run.settling import Settled, settled_counts, settled_screens, until_queue_empty
from carga.run.stall import Stall
from carga.run.team import RunTeam
from carga.sending.clients import clients_of
from carga.sending.schedule import Schedule
from carga.settings import LoadSettings
from carga.wire.clock import RunClock
from carga.wire.messages import Begin, Finished
from publishing.broker_errors import BrokerAwayError
from publishing.broker_link import connected

START_IN = 0.3  # seconds, for everybody to hear of it
JOIN_SECONDS = 60.0
LAST_PUSHES = 1.5  # seconds, until viewers have told of every push


class UnreachableError(ConnectionError):
    """One sentence: what does not answer, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run left behind; *settled* tells what became of its events."""

    numbers: RunNumbers
    settled: Settled
    epoca: str  # of the store that counted when the run began
    came: tuple[float, float] | None  # first and last viewer, by the monotonic clock
    started: Begin
    seconds: float
    finished: list[Finished]
    interrupted: bool
    notes: list[str]


class LoadRun:
    """*stop* is set by Ctrl-C. `phase` and `numbers` are there for a display at any time."""

    def __init__(self, options: LoadOptions, settings: LoadSettings, stop: asyncio.Event) -> None:
        self.options, self._settings, self._stop = options, settings, stop
        self._web = settings.web(options.url)
        self.url = self._web.url
        self._names = [client.name for client in clients_of(crowd_of(options))]
        self._schedule = Schedule(options.profile, options.rate, options.seconds)
        self.clock = RunClock()
        self.numbers = RunNumbers(self._schedule, [0] * options.clients)
        self.phase = "connecting"
        self._epoca = ""

    async def execute(self) -> Outcome:
        """
        Raises UnreachableError when it can't begin, WorkerDiedError when a process of ours ends;
        either may be inside an ExceptionGroup.
        """
        await self._check_broker()
        async with ReporteClient(self._web) as reporte:
            base = await self._read_base(reporte)
            self.numbers = RunNumbers(self._schedule, list(base.values()))
            team = RunTeam(self.numbers, self.clock)
            publish = generator_tasks(self.options, self._settings)
            watch = watch_task(self.options, self._web)
            async with team.at_work(publish, watch if self.options.viewers else None):
                await self._until_ready(team)
                async with self._sampling(reporte):
                    return await self._run(team, reporte, base)

    async def _run(self, team: RunTeam, reporte: ReporteClient, base: dict[str, int]) -> Outcome:
        begin = Begin(time.monotonic() + START_IN, time.time() + START_IN)
        team.begin(begin)
        await self._publish(team)
        finished = list(team.finished.values())
        self.phase = "verifying"
        sent = self._by_name(finished)
        await settled_counts(reporte, base, *sent)
        await until_queue_empty(reporte)
        await asyncio.sleep(LAST_PUSHES)
        settled = await settled_counts(reporte, base, *sent, patience=0)
        settled = await settled_screens(reporte, team.look, settled)
        return Outcome(
            numbers=self.numbers,
            settled=settled,
            epoca=self._epoca,
            came=team.came,
            started=begin,
            seconds=max(each.seconds for each in finished),
            finished=finished,
            interrupted=self._stop.is_set(),
            notes=team.notes,
        )

    async def _publish(self, team: RunTeam) -> None:
        self.phase = "publishing"
        end = self.options.seconds
        await team.until(lambda: self._stop.is_set() or team.done or self.clock.seconds() > end)
        self.phase = "waiting for confirms"
        stall = Stall(PATIENCE)
        await team.until(
            lambda: self._stop.is_set() or team.done or stall.at(self.numbers.confirmed)
        )
        if not team.done:  # told to stop, or the broker is away and there is no room any more
            team.stop_publishing()
            await team.until(lambda: team.done)

    def _by_name(self, finished: list[Finished]) -> tuple[dict[str, int], dict[str, int]]:
        """Return the confirmed and the unconfirmed events of each client."""
        confirmed: Counter[int] = Counter()
        unconfirmed: Counter[int] = Counter()
        for each in finished:
            confirmed.update(each.confirmed)
            unconfirmed.update(each.unconfirmed)
        return (
            {self._names[number]: events for number, events in confirmed.items()},
            {self._names[number]: events for number, events in unconfirmed.items()},
        )

    async def _check_broker(self) -> None:
        try:
            async with connected(first_connection(self._settings)):
                pass
        except BrokerAwayError as error:
            raise UnreachableError(
                f"RabbitMQ at {self._settings.amqp_address}: {error.trouble.value} "
                f"({error.detail}). Start it with `make run`, or set RABBITMQ_HOST and "
                "RABBITMQ_PORT as in .env."
            ) from None

    async def _read_base(self, reporte: ReporteClient) -> dict[str, int]:
        try:
            report, counts = await reporte.counts(self._names)
        except ReporteAwayError as error:
            raise UnreachableError(
                f"{error}. Start everything with `make run`, or say where it is with --url or "
                "WEB_PORT."
            ) from None
        self._epoca = report.epoca
        return dict(zip(self._names, counts, strict=True))

    async def _until_ready(self, team: RunTeam) -> None:
        self.phase = "connecting viewers"
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await team.until(lambda: self._stop.is_set() or not team.late)
        except TimeoutError:
            raise UnreachableError(
                f"Not ready after {JOIN_SECONDS:.0f} s: {', '.join(team.late)}; "
                f"{self.numbers.connected} of {self.options.viewers} viewers are connected to "
                f"{self.url}/panel/ws. See what is wrong with `python sender/app.py doctor`."
            ) from None

    @asynccontextmanager
    async def _sampling(self, reporte: ReporteClient) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._sample(reporte))
            yield
            task.cancel()

    async def _sample(self, reporte: ReporteClient) -> None:
        while True:
            estado = None
            with suppress(ReporteAwayError):
                estado = await reporte.status()
            second = self.clock.seconds()
            self.numbers.sampled(estado, second)
            self.numbers.cpu["simular"].read(second, time.process_time())
            await asyncio.sleep(1)
