"""
Fifty clients fall silent and come back, again and again, while the service is killed all the time.

`make bench-alerts` does it a thousand times; tests/avisos/test_alert_kills.py a few.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.avisos.receivers import WebReceiver, web_receiver
from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish
from tests.stack import Part

GROUPS, EACH = 5, 10  # a message names 20 alerts at the most
NAMES = [f"g{group}_{i}" for group in range(GROUPS) for i in range(EACH)]
RULES = (
    "gracia: 1s\nidioma: en\ncanales:\n"
    + "".join(f"  - {{nombre: c{i}, agrupar: 1s}}\n" for i in range(GROUPS))
    + "reglas:\n"
    + "".join(
        f"  - {{nombre: r{i}, tipo: silencio, cliente: 'g{i}_*', tras: 3s, canales: [c{i}]}}\n"
        for i in range(GROUPS)
    )
)
PART = re.compile(r"([A-Z, ]+): (\w+) has been silent.*\nr\d, at ([\d:]+)")
REPEATED = "may have had this already"
PATIENCE = 120.0  # seconds for all to be told of one turn


End = tuple[str, str, str]
"""A client, when its alert fired, and which end of it was told."""


@dataclass(frozen=True)
class Outcome:
    """*missed* and *twice* ought to be empty; *repeats* are messages that said that they may be."""

    kills: int
    turns: int
    messages: int
    missed: list[str]
    twice: list[str]
    repeats: int


class KillStorm:
    def __init__(self, vhost: VirtualHost, folder: Path, seed: int) -> None:
        self._vhost, self._lot = vhost, random.Random(seed)  # noqa: S311
        chain = Chain(vhost, folder)
        self._receiver: WebReceiver | None = None
        self._chain, self._folder = chain, folder
        self._kills = 0
        self._turns = 0

    async def run(self, kills: int) -> Outcome:
        with web_receiver() as receiver:
            self._receiver = receiver
            channels = "".join(
                f"c{i}: json://127.0.0.1:{receiver.port}/c{i}\n" for i in range(GROUPS)
            )
            service = self._chain.add_alerts(RULES, channels)
            analytics = self._chain.parts["servicio-analiticas"]
            try:
                await asyncio.to_thread(analytics.start)
                async with asyncio.TaskGroup() as group:
                    storm = group.create_task(self._kill(service, kills))
                    await self._turn_until(storm.done)
            finally:
                service.kill()
                analytics.kill()
        return self._outcome()

    async def _kill(self, service: Part, kills: int) -> None:
        """At any moment of its life, or just when a message has arrived; now and then in order."""
        receiver = self._receiver
        assert receiver is not None
        while self._kills < kills:
            await asyncio.to_thread(service.start)
            if self._lot.random() < 0.3:
                receiver.before_answer = lambda: service._signal(signal.SIGKILL)
            end = time.monotonic() + self._lot.uniform(0, 4)
            while service.running and time.monotonic() < end:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
            receiver.before_answer = lambda: None
            end_it = service.stop if self._lot.random() < 0.2 else service.kill
            await asyncio.to_thread(end_it)
            self._kills += 1
        await asyncio.to_thread(service.start)

    async def _turn_until(self, done: Callable[[], bool]) -> None:
        """All are heard, fall silent, and are told; the last turn is one without a kill."""
        last = False
        while not last:
            last = done()
            await publish(self._vhost, [{"cliente": name} for name in NAMES])
            self._turns += 1
            await self._until("RESOLVED", self._turns - 1)
            await self._until("ALERT", self._turns)

    async def _until(self, phase: str, times: int) -> None:
        """So many alerts of each client have told this end."""
        end = time.monotonic() + PATIENCE
        while any(n < times for n in self._alerts(phase).values()):
            if time.monotonic() > end:
                return
            await asyncio.sleep(0.05)

    def _alerts(self, phase: str) -> dict[str, int]:
        found = {(name, moment) for name, moment, each in self._ends()[0] if each == phase}
        counts = Counter(name for name, _ in found)
        return {name: counts[name] for name in NAMES}

    def _ends(self) -> tuple[Counter[End], Counter[End]]:
        """How often each end was told, and how often in a message that may be a repeat."""
        told: Counter[End] = Counter()
        repeated: Counter[End] = Counter()
        assert self._receiver is not None
        for message in list(self._receiver.heard):
            for part in message["message"].split("\n\n"):
                found = PART.match(part)
                assert found, part
                phases, name, moment = found.groups()
                for phase in ("ALERT", "RESOLVED"):
                    if phase in phases:
                        told[name, moment, phase] += 1
                        repeated[name, moment, phase] += REPEATED in part
        return told, repeated

    def _outcome(self) -> Outcome:
        told, repeated = self._ends()
        fired, over = self._alerts("ALERT"), self._alerts("RESOLVED")
        assert self._receiver is not None
        heard = self._receiver.heard
        return Outcome(
            self._kills,
            self._turns,
            len(heard),
            [n for n in NAMES if fired[n] < self._turns or over[n] < self._turns - 1],
            [end[0] for end, times in told.items() if times - repeated[end] > 1]
            + [n for n in NAMES if fired[n] > self._turns],
            sum(REPEATED in each["message"] for each in heard),
        )
