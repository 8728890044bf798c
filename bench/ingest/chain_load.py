"""The whole chain under one load after another, seen by viewers through the proxy and direct."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from carga.sending.clients import clients_of
from carga.sending.schedule import Schedule
from carga.wire.messages import Begin, BrokerAddress, Generate
from event_mix import TYPES, Mix
from ledger_check import count_faults, ledger_faults
from load_cost import Cost, Meter
from published import Published
from screen import PROXIED, Audience, Seen
from talking_process import Process, ask, ready
from tests.broker_stack import Broker
from tests.chain_stack import Chain

PATIENCE = 30.0  # seconds without a confirm


@dataclass(frozen=True, slots=True)
class Sent:
    """What was published, and how late; *seconds* until the last confirm."""

    events: int
    confirmed: int
    seconds: float
    late: int  # events over 10 ms after their time
    worst_late_ms: float
    cpu_us: float = 0.0  # of a publisher that tells it itself


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load was, cost and showed."""

    schedule: Schedule
    sent: Sent
    cost: Cost
    seen: dict[str, Seen]
    faults: list[str]

    @property
    def rate(self) -> float:
        """Events a second from the first one's time until the last one was confirmed."""
        return self.sent.events / self.sent.seconds

    @property
    def unseen(self) -> int:
        return max(each.unseen for each in self.seen.values())


Publish = Callable[[Audience, Begin], Coroutine[Any, Any, Sent]]


class Stage:
    """A chain of its own that is loaded; it knows how much it must have counted."""

    def __init__(self, broker: Broker, chain: Chain, mix: Mix) -> None:
        self.chain, self.mix = chain, mix
        self.events = 0
        self._confirmed: Counter[int] = Counter()
        # Each is one process; what the VM starts for a moment (`df`) is among the others.
        self._pids = {"broker": [broker.vm.pid]} | {n: [p.pid] for n, p in chain.parts.items()}

    def load(self, rate: int, seconds: float, unbatched: bool = False) -> Loaded:
        """Publish by a generator of the load simulation, over one connection."""
        schedule = Schedule("constante", rate, seconds)
        task = self._task(schedule, unbatched)
        return asyncio.run(self._measure(schedule, [task], self._publish))

    def load_by(self, program: Sequence[str], rate: int, seconds: float) -> Loaded:
        """Publish by a foreign *program*, one event a message."""
        with ready(program, self.chain.amqp_settings) as publisher:

            async def publish(_: Audience, begin: Begin) -> Sent:
                return await asyncio.to_thread(_published_by, publisher, begin)

            return asyncio.run(self._measure(Schedule("constante", rate, seconds), [], publish))

    def count_faults(self) -> list[str]:
        """Return which clients have a wrong count, of what `load` has published."""
        clients = {client.number: client.name for client in clients_of(self.mix.crowd)}
        expected = Counter({clients[number]: n for number, n in self._confirmed.items()})
        return count_faults(self.chain.report_url, expected)

    def _task(self, schedule: Schedule, unbatched: bool) -> Generate:
        settings = self.chain.amqp_settings
        return Generate(
            broker=BrokerAddress(
                settings["RABBITMQ_HOST"],
                int(settings["RABBITMQ_PORT"]),
                settings["RABBITMQ_USER"],
                settings["RABBITMQ_PASSWORD"],
                settings["RABBITMQ_VHOST"],
                authorities="",
            ),
            crowd=self.mix.crowd,
            kinds=list(TYPES),
            profile=schedule.profile,
            peak=schedule.peak,
            seconds=schedule.seconds,
            parts=[0],
            of=1,
            one_by_one=unbatched,
            patience=PATIENCE,
        )

    async def _publish(self, audience: Audience, _: Begin) -> Sent:
        finished = await audience.finished()
        self._confirmed.update(finished.confirmed)
        confirmed = sum(finished.confirmed.values())
        said = audience.screens[PROXIED].publisher
        return Sent(
            events=confirmed + sum(finished.unconfirmed.values()),
            confirmed=confirmed,
            seconds=finished.seconds,
            late=said.late if said else 0,
            worst_late_ms=said.worst_late if said else 0,
        )

    async def _measure(
        self, schedule: Schedule, generate: list[Generate], publish: Publish
    ) -> Loaded:
        audience = Audience(self.chain, self.events)
        async with audience.at_work(generate), asyncio.TaskGroup() as group:
            pids = self._pids | audience.pids
            begin = audience.begin()
            publishing = group.create_task(publish(audience, begin))
            await asyncio.sleep(begin.start - time.monotonic())
            meter = Meter(pids)
            sent = await publishing
            self.events += sent.events
            await audience.until_shown(self.events)
            cost = meter.read(sent.cpu_us)
            await audience.until_told(self.events)
        for note in audience.notes:  # what slowed the publisher: no fault of the chain's counts
            print(f"  {note}", file=sys.stderr, flush=True)
        return Loaded(
            schedule=schedule,
            sent=sent,
            cost=cost,
            seen={name: screen.seen(schedule) for name, screen in audience.screens.items()},
            faults=self._faults(schedule, sent, audience),
        )

    def _faults(self, schedule: Schedule, sent: Sent, audience: Audience) -> list[str]:
        wrong = ledger_faults(self.chain.report_url, self.events)
        if sent.events != schedule.total:
            wrong.append(f"published: {sent.events}, not {schedule.total}")
        if sent.confirmed != sent.events:
            wrong.append(f"confirmed: {sent.confirmed}, not {sent.events}")
        for name, screen in audience.screens.items():
            wrong += [f"viewer {name}: {fault}" for fault in screen.faults()]
        return wrong


def _published_by(publisher: Process, begin: Begin) -> Sent:
    answer = ask(publisher, str(round(begin.start * 1e9)).encode())
    said = msgspec.json.decode(answer, type=Published)
    return Sent(
        events=said.published,
        confirmed=said.confirmed,
        seconds=(said.end_ns - said.start_ns) / 1e9,
        late=said.late,
        worst_late_ms=said.worst_late_ns / 1e6,
        cpu_us=said.cpu_ns / 1000,
    )


@contextmanager
def stage(broker: Broker, folder: Path, mix: Mix) -> Iterator[Stage]:
    """A fresh chain on a virtual host of its own."""
    folder.mkdir()
    with broker.virtual_host() as vhost:
        chain = Chain(vhost, folder)
        try:
            chain.start()
            yield Stage(broker, chain, mix)
        finally:
            chain.discard()
