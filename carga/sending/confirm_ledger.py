from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Callable

from carga.wire.messages import NUMBER, TICKS
from publishing.outbox import Message, Outbox

Run = tuple[int, int]  # a millisecond, and how many events are due then
SPENT = 1 << 16  # numbers that went into messages, before the room that they take is given back


class ConfirmLedger(Outbox):
    """
    An outbox that knows whose events its messages carry, and when each was due.

    The publisher keeps the order in which it accepts, so what `expect` announced goes into
    messages from the front. *clock* gives ticks since the run's start.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        super().__init__()
        self._clock = clock
        self._runs: deque[Run] = deque()
        self._numbers = array(NUMBER)
        self._spent = 0
        self._carried: dict[str, tuple[list[Run], array[int]]] = {}
        self.confirmed: Counter[int] = Counter()
        self.messages = 0
        self._added = 0
        self._latencies: Counter[tuple[int, int]] = Counter()

    def expect(self, runs: list[Run], numbers: array[int]) -> None:
        """These events are handed to the publisher next."""
        self._runs.extend(runs)
        self._numbers.extend(numbers)

    def add(self, message: Message) -> None:
        super().add(message)
        self._carried[message.id] = self._runs_of(message.events), self._take(message.events)
        self._added += message.events

    def confirm(self, message: Message) -> None:
        super().confirm(message)
        runs, numbers = self._carried.pop(message.id)
        self.confirmed.update(numbers)
        self.messages += 1
        now = self._clock()
        for due, events in runs:
            self._latencies[due // 1000, max(now - due * TICKS, 1)] += events

    def take_latencies(self) -> list[tuple[int, int, int]]:
        """Return [second when due, ticks until confirmed, events] since the last call."""
        taken, self._latencies = self._latencies, Counter()
        return [(second, ticks, events) for (second, ticks), events in taken.items()]

    def unconfirmed(self, accepted: int) -> Counter[int]:
        """Return how many of the *accepted* events of each client were never confirmed."""
        gathering = self._numbers[self._spent :]
        left = Counter(gathering[: accepted - self._added])
        for _, numbers in self._carried.values():
            left.update(numbers)
        return left

    def _take(self, events: int) -> array[int]:
        start, self._spent = self._spent, self._spent + events
        numbers = self._numbers[start : self._spent]
        if self._spent > SPENT:
            del self._numbers[: self._spent]
            self._spent = 0
        return numbers

    def _runs_of(self, events: int) -> list[Run]:
        runs = []
        while events:
            due, there = self._runs.popleft()
            some = min(there, events)
            if some < there:
                self._runs.appendleft((due, there - some))
            runs.append((due, some))
            events -= some
        return runs
