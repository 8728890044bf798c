"""The state of this process that HTTP shows: the counts, and what moves by itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from aside.set_aside import summary
from comun.wire_time import rfc3339
from counting.totals import Totals
from live.delay import Delays
from live.queue_members import QueueMembers
from live.rejected_fields import RejectedFields

BrokerState = Literal["conectado", "reconectando", "bloqueado"]
Writing = Literal["ok", "bloqueada", "rechazada"]
"""Whether the broker takes what is published, holds it back in an alarm, or refuses all of it."""


class QueueDepth(NamedTuple):
    listos: int
    sin_ack: int
    medido: float  # seconds since 1970


@dataclass(slots=True)
class Vitals:
    """
    What `GET /reporte/estado` tells. Times are seconds since 1970.

    `broker` is settled by both connections: the one that consumes knows whether there is a broker,
    and only one that publishes hears of an alarm.
    """

    broker: BrokerState = "reconectando"
    desde: float = field(default_factory=time.time)
    almacen: Literal["ok", "en_pausa"] = "ok"
    cola: QueueDepth | None = None
    newest_counted: float | None = None  # when the newest message counted so far was sent
    refusals: int = 0  # how often the broker was found to refuse everything
    dead_letters: int | None = None  # wait in the broker to be set aside; None: not known
    members: QueueMembers | None = None  # None: not known
    copies: int = 0  # wait for us to set them aside
    _escritura: Writing | None = None

    @property
    def consuming(self) -> bool:
        return self.broker != "reconectando"

    def broker_is(self, state: Literal["conectado", "reconectando"]) -> None:
        """Told by the connection that consumes."""
        self._settle(state == "conectado")

    @property
    def escritura(self) -> Writing | None:
        """Whether the broker takes what is published; None while nobody knows."""
        return self._escritura

    @escritura.setter
    def escritura(self, state: Writing | None) -> None:
        self._escritura = state
        self._settle(self.consuming)

    def _settle(self, consuming: bool) -> None:
        held_up = self._escritura == "bloqueada"
        connected: BrokerState = "bloqueado" if held_up else "conectado"
        state = connected if consuming else "reconectando"
        if state != self.broker:
            self.broker, self.desde = state, time.time()

    def lag(self, now: float) -> float:
        """Seconds between the sending and the counting of messages; 0 when none waits."""
        nothing_waits = self.cola is None or self.cola.listos + self.cola.sin_ack == 0
        if nothing_waits or self.newest_counted is None:
            return 0.0
        return max(0.0, now - self.newest_counted)


class Rates:
    """Events per second over the last 1, 10 and 60 seconds."""

    WINDOWS = (1, 10, 60)
    SLOTS_PER_SECOND = 10

    def __init__(self) -> None:
        self._slots: deque[tuple[int, int]] = deque(maxlen=60 * self.SLOTS_PER_SECOND)

    def add(self, events: int, now: float) -> None:
        """*now* is monotonic time."""
        slot = int(now * self.SLOTS_PER_SECOND)
        if self._slots and self._slots[-1][0] == slot:
            events += self._slots.pop()[1]
        self._slots.append((slot, events))

    def read(self, now: float) -> dict[str, float]:
        end = int(now * self.SLOTS_PER_SECOND)
        return {f"{w}s": self._sum_after(end - w * self.SLOTS_PER_SECOND) / w for w in self.WINDOWS}

    def _sum_after(self, start: int) -> int:
        return sum(events for slot, events in self._slots if slot > start)


class Live:
    """Everything that a request may read, and the bell that rings at each commit."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.vitals = Vitals()
        self.rates = Rates()
        self.delays = Delays()
        self.future_events: dict[str, Any] | None = None  # as of the last fold
        self.set_aside: Counter[str] = Counter()  # messages, by the broker's reason
        self.rejected_fields = RejectedFields()
        self.copies_wait = asyncio.Event()
        """Something came that we have to set aside by ourselves; whoever does so clears it."""
        self.closing = False
        self.counting = False  # a batch is on its way into the store
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone who waits for a change."""
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        """Let waiting requests answer at once, so that the server can stop."""
        self.closing = True
        self.ring()

    async def changed_from(self, version: int) -> None:
        """Return when the version is another one."""
        while self.totals.version == version and not self.closing:
            await self._bell.wait()

    @contextmanager
    def batch_under_way(self) -> Iterator[None]:
        self.counting = True
        try:
            yield
        finally:
            self.counting = False

    async def counted(self, seconds: float) -> None:
        """Return once the batch that is being counted is in the totals, after *seconds* at most."""
        if self.counting:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()

    def status(self) -> dict[str, Any]:
        """`GET /reporte/estado`."""
        vitals, cola = self.vitals, self.vitals.cola
        generado = self.totals.generado if self.totals.version else None
        return {
            "broker": vitals.broker,
            "desde": rfc3339(vitals.desde),
            "cola": cola and {"listos": cola.listos, "sin_ack": cola.sin_ack},
            "atraso_s": round(vitals.lag(time.time()), 3),
            "ultimo_commit": generado and rfc3339(generado),
            "almacen": vitals.almacen,
            "tasas": {k: round(v, 3) for k, v in self.rates.read(time.monotonic()).items()},
            "retraso": self.delays.read(time.monotonic()),
            "futuros": self.future_events,
            "escritura": vitals.escritura,
            "apartados": summary(self.set_aside),
            "por_apartar": {"broker": vitals.dead_letters, "propios": vitals.copies},
            "miembros": vitals.members and vitals.members._asdict(),
        }
