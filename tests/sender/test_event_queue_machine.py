"""Whatever happens between the acceptance of events and their confirmation, in any order."""

import uuid
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from publishing.event_queue import EventQueue
from publishing.outbox import Message
from tests.sender.queued_events import LIMITS, accept, body, numbers, take_all


class EventQueueMachine(RuleBasedStateMachine):
    """
    Any sequence of what a publisher does, against the plainest model: who is unconfirmed, and what
    was once sent under which id.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue = EventQueue(LIMITS)
        self.now = 0.0
        self.accepted = 0
        self.clients: dict[int, str | None] = {}  # of what is unconfirmed, by number
        self.seen: dict[str, bytes] = {}
        self.in_flight: list[Message] = []
        self.confirmed: Counter[int] = Counter()

    @rule(
        client=st.sampled_from(["a", "b", None]),
        sizes=st.lists(st.sampled_from([40, 60, 150, 500]), min_size=1, max_size=8),
    )
    def accept(self, client: str | None, sizes: list[int]) -> None:
        events = [body(self.accepted + i, size) for i, size in enumerate(sizes)]
        taken = accept(self.queue, client, events, self.now)
        self.clients |= {self.accepted + i: client for i in range(taken)}
        self.accepted += taken

    @rule()
    def put(self) -> None:
        message = Message(str(uuid.uuid4()), body(self.accepted), "prebuilt", 0)
        try:
            self.queue.put(message)
        except OverflowError:
            return
        self.clients[self.accepted] = "prebuilt"
        self.accepted += 1

    @precondition(lambda self: self.queue.ready(self.now))
    @rule()
    def take(self) -> None:
        message = self.queue.take()
        assert all(message.id != other.id for other in self.in_flight)
        assert self.seen.setdefault(message.id, message.body) == message.body
        assert message.events == len(numbers(message))
        assert all(self.clients[number] == message.client for number in numbers(message))
        self.in_flight.append(message)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.in_flight))
        self.queue.confirm(message)
        self.in_flight.remove(message)
        for number in numbers(message):
            self.confirmed[number] += 1
            del self.clients[number]

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.in_flight))
        self.queue.put_back(message)
        self.in_flight.remove(message)

    @rule()
    def lose_the_connection(self) -> None:
        self.queue.put_back_all()
        self.in_flight.clear()

    @rule(seconds=st.sampled_from([0.001, 0.006, 2.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def counts_are_exact(self) -> None:
        assert self.queue.events == len(self.clients)
        assert self.queue.in_flight == len(self.in_flight)
        assert self.queue.bytes_in_flight == sum(len(m.body) for m in self.in_flight)
        assert len(self.queue._outbox) <= LIMITS.messages
        assert self.queue.bytes <= LIMITS.bytes
        assert (self.queue.bytes > 0) == (self.queue.events > 0)

    def teardown(self) -> None:
        """In the end everything that was accepted is confirmed, once, and nothing else."""
        self.lose_the_connection()
        for message in take_all(self.queue, self.now + 1):
            assert self.seen.setdefault(message.id, message.body) == message.body
            self.confirmed.update(numbers(message))
        assert self.confirmed == Counter(range(self.accepted))


TestEventQueueMachine = EventQueueMachine.TestCase
TestEventQueueMachine.settings = settings(stateful_step_count=50)
