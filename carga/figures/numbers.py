"""All that is known of a run while it goes on, second by second. No I/O."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from carga.checking.reporte_client import Estado
from carga.figures.cpu_meter import CpuMeter
from carga.figures.event_latency import EventLatency
from carga.figures.latency_record import LatencyRecord
from carga.sending.schedule import Schedule
from carga.wire.messages import NUMBER, TICKS, Progress, Watched

ROWS = 600  # about as many steps as a plot can show


@dataclass(slots=True)
class Step:
    """What happened in a step; *queue*, *viewers* and *answers* are its last samples."""

    due: int = 0
    handed: int = 0
    confirmed: int = 0
    shown: int = 0
    waiting: int = 0
    queue: int | None = None
    viewers: int | None = None
    answers: bool | None = None


@dataclass(slots=True)
class RunNumbers:
    """*base* is what each client had before."""

    schedule: Schedule
    base: Sequence[int]
    steps: defaultdict[int, Step] = field(default_factory=lambda: defaultdict(Step))
    handed: int = 0
    confirmed: int = 0
    shown: int = 0
    late: dict[str, int] = field(default_factory=dict)
    worst_late: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    cpu: defaultdict[str, CpuMeter] = field(default_factory=lambda: defaultdict(CpuMeter))
    connected: int = 0
    frames: int = 0
    drops: int = 0
    complaints: list[str] = field(default_factory=list)
    queue: int | None = None
    queue_max: int | None = None
    answers: bool = True

    step_seconds: int = field(init=False)
    latency: LatencyRecord = field(init=False)
    confirms: LatencyRecord = field(init=False)
    spread: LatencyRecord = field(init=False)
    events: EventLatency = field(init=False)

    def __post_init__(self) -> None:
        self.step_seconds = max(1, -(-int(self.schedule.seconds) // ROWS))
        self.latency, self.confirms, self.spread = (
            LatencyRecord(self.step_seconds) for _ in range(3)
        )
        self.events = EventLatency(self.base, self.latency.record)

    def progressed(self, worker: str, said: Progress, second: float) -> None:
        """A generator reports; *second* is the run's time now."""
        numbers = array(NUMBER)
        numbers.frombytes(said.numbers)
        self.events.sent(said.runs, numbers)
        self.handed += len(numbers)
        self._step(second).handed += len(numbers)
        for due, ticks, events in said.confirms:
            self.confirms.record(due, ticks, events)
            self.confirmed += events
            self._step(second).confirmed += events
        self.late[worker] = said.late
        self.worst_late = max(self.worst_late, said.worst_late)
        self.waiting[worker] = said.unconfirmed
        self._step(second).waiting = sum(self.waiting.values())
        self.cpu[worker].read(second, said.cpu)

    def watched(self, worker: str, said: Watched, second: float) -> None:
        """The viewers report."""
        for push in said.pushes:
            rise = self.events.pushed(push.push, push.rises)
            self.shown += rise
            self._step(push.first // TICKS // 1000).shown += rise
            if push.rises:
                self.spread.record(push.first // TICKS // 1000, max(push.spread, 1), 1)
        self.events.arrived(said.arrivals)
        self.connected, self.frames, self.drops = said.connected, said.frames, said.drops
        self._step(second).viewers = said.connected
        self.complaints = (self.complaints + said.complaints)[:20]
        self.cpu[worker].read(second, said.cpu)

    def sampled(self, estado: Estado | None, second: float) -> None:
        """What the analytics say of themselves; None when they don't answer."""
        self.answers = estado is not None
        self._step(second).answers = self.answers
        if estado and not estado.in_order:
            self.latency.paired = False
        self.queue = estado.cola.listos + estado.cola.sin_ack if estado and estado.cola else None
        if self.queue is not None:
            self.queue_max = max(self.queue, self.queue_max or 0)
            self._step(second).queue = self.queue

    @property
    def latecomers(self) -> int:
        """Events that were handed over later than they were due."""
        return sum(self.late.values())

    @property
    def unconfirmed(self) -> int:
        return sum(self.waiting.values())

    def _step(self, second: float) -> Step:
        return self.steps[max(int(second), 0) // self.step_seconds]
