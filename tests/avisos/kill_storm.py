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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.alert_part import alert_part
from tests.avisos.receivers import WebReceiver, web_receiver
from tests.stack import Part

GROUPS, EACH = 10, 5  # a message names 20 alerts at the most, of several turns
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
PART = re.compile(r"([A-Z, ]+): (\w+) has been silent.*\nr\d, at ([\d:]+ \([\d-]+\))")
REPEATED = "may have had this already"
PATIENCE = 120.0  # seconds for all to be told of one turn
LONGEST_LIFE = 2.5  # seconds from its readiness on; now and then from its start
FIRES, OVER = "ALERT", "RESOLVED"

Hear = Callable[[list[dict[str, str]]], Awaitable[None]]
"""Lets the analytics count these events."""

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


class Heard:
    """What the receiver was told, taken apart as it comes."""

    def __init__(self, receiver: WebReceiver) -> None:
        self._receiver = receiver
        self.messages = self.repeats = 0
        self.plain: Counter[End] = Counter()  # how often in a message that is no repeat
        self.alerts: dict[str, Counter[str]] = {FIRES: Counter(), OVER: Counter()}
        self._ends: set[End] = set()

    def read(self) -> None:
        for message in self._receiver.heard[self.messages :]:
            self.messages += 1
            said = message["message"]
            self.repeats += REPEATED in said
            for part in said.split("\n\n"):
                self._take(part)

    def _take(self, part: str) -> None:
        found = PART.match(part)
        assert found, part
        phases, name, moment = found.groups()
        for phase in (FIRES, OVER):
            if phase not in phases:
                continue
            end = name, moment, phase
            self.plain[end] += REPEATED not in part
            if end not in self._ends:
                self._ends.add(end)
                self.alerts[phase][name] += 1


class KillStorm:
    """*report_port* is where analytics answer that count what *hear* is given."""

    def __init__(self, report_port: int, hear: Hear, folder: Path, seed: int) -> None:
        self._port, self._hear, self._folder = report_port, hear, folder
        self._lot = random.Random(seed)  # noqa: S311
        self._kills = self._turns = 0

    async def run(self, kills: int) -> Outcome:
        with web_receiver() as receiver:
            heard = Heard(receiver)
            channels = "".join(
                f"c{i}: json://127.0.0.1:{receiver.port}/c{i}\n" for i in range(GROUPS)
            )
            service, _ = alert_part(self._folder, self._port, RULES, channels)
            try:
                async with asyncio.TaskGroup() as group:
                    storm = group.create_task(self._kill(service, receiver, kills))
                    await self._turn_until(heard, storm.done)
            finally:
                service.kill()
            heard.read()
        return self._outcome(heard)

    async def _kill(self, service: Part, receiver: WebReceiver, kills: int) -> None:
        """At any moment of its life, or just when a message has arrived; now and then in order."""
        while self._kills < kills:
            await asyncio.to_thread(service.start, self._lot.random() < 0.85)
            if self._lot.random() < 0.3:
                receiver.before_answer = lambda: service._signal(signal.SIGKILL)
            end = time.monotonic() + self._lot.uniform(0, LONGEST_LIFE)
            while service.running and time.monotonic() < end:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
            receiver.before_answer = lambda: None
            end_it = service.stop if self._lot.random() < 0.2 else service.kill
            await asyncio.to_thread(end_it)
            self._kills += 1
        await asyncio.to_thread(service.start)

    async def _turn_until(self, heard: Heard, done: Callable[[], bool]) -> None:
        """All are heard, fall silent, and are told; the last turn is one without a kill."""
        last = False
        while not last:
            last = done()
            await self._hear([{"cliente": name} for name in NAMES])
            self._turns += 1
            await _until(heard, OVER, self._turns - 1)
            await _until(heard, FIRES, self._turns)

    def _outcome(self, heard: Heard) -> Outcome:
        fired, over = heard.alerts[FIRES], heard.alerts[OVER]
        return Outcome(
            self._kills,
            self._turns,
            heard.messages,
            [n for n in NAMES if fired[n] < self._turns or over[n] < self._turns - 1],
            [f"{end}" for end, times in heard.plain.items() if times > 1]
            + [n for n in NAMES if fired[n] > self._turns],
            heard.repeats,
        )


async def _until(heard: Heard, phase: str, times: int) -> None:
    """So many alerts of each client have told this end."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        heard.read()
        if all(heard.alerts[phase][name] >= times for name in NAMES):
            return
        await asyncio.sleep(0.05)
