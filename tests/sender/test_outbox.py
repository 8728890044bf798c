import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from outbox import Message, Outbox

LIMIT = 8


def message(number: int) -> Message:
    return Message(f"id-{number:06}", b"{}", "cliente_uno", 1_795_503_600)


def test_messages_leave_oldest_first() -> None:
    """Messages leave in the order in which they were accepted."""
    outbox = Outbox(LIMIT)
    for number in (1, 2, 3):
        outbox.add(message(number))

    assert [outbox.take().id for _ in range(3)] == ["id-000001", "id-000002", "id-000003"]


def test_put_back_keeps_its_place() -> None:
    """Messages that were put back, in any order, leave before younger ones, oldest first."""
    outbox = Outbox(LIMIT)
    for number in range(4):
        outbox.add(message(number))
    taken = [outbox.take() for _ in range(3)]

    outbox.put_back(taken[1])
    outbox.put_back(taken[0])

    assert [outbox.take().id for _ in range(3)] == ["id-000000", "id-000001", "id-000003"]


def test_full_outbox_refuses() -> None:
    """A full outbox refuses a message instead of dropping one, in flight or not."""
    outbox = Outbox(2)
    outbox.add(message(1))
    outbox.add(message(2))
    outbox.take()

    assert outbox.full
    with pytest.raises(OverflowError, match="holds its 2 messages"):
        outbox.add(message(3))


def test_only_what_is_in_flight_can_be_confirmed() -> None:
    """A confirmation of a message that waits or is gone is an error, not a silent loss."""
    outbox = Outbox(LIMIT)
    outbox.add(message(1))
    with pytest.raises(KeyError):
        outbox.confirm(message(1))
    taken = outbox.take()
    outbox.confirm(taken)
    with pytest.raises(KeyError):
        outbox.confirm(taken)


class OutboxMachine(RuleBasedStateMachine):
    """
    Any sequence of what a publisher does, against the plainest model: a list of what is unconfirmed
    in the order of acceptance, and the set of those that are in flight.
    """

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox(LIMIT)
        self.unconfirmed: list[Message] = []
        self.in_flight: list[Message] = []
        self.accepted = 0

    @precondition(lambda self: len(self.unconfirmed) < LIMIT)
    @rule()
    def add(self) -> None:
        self.accepted += 1
        self.outbox.add(message(self.accepted))
        self.unconfirmed.append(message(self.accepted))

    @precondition(lambda self: len(self.in_flight) < len(self.unconfirmed))
    @rule()
    def take(self) -> None:
        oldest = next(m for m in self.unconfirmed if m not in self.in_flight)
        assert self.outbox.take() == oldest
        self.in_flight.append(oldest)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        confirmed = data.draw(st.sampled_from(self.in_flight))
        self.outbox.confirm(confirmed)
        self.in_flight.remove(confirmed)
        self.unconfirmed.remove(confirmed)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        refused = data.draw(st.sampled_from(self.in_flight))
        self.outbox.put_back(refused)
        self.in_flight.remove(refused)

    @rule()
    def lose_the_connection(self) -> None:
        self.outbox.put_back_all()
        self.in_flight.clear()

    @invariant()
    def nothing_is_lost(self) -> None:
        assert len(self.outbox) == len(self.unconfirmed)
        assert self.outbox.in_flight == len(self.in_flight)
        assert self.outbox.waiting == len(self.unconfirmed) - len(self.in_flight)
        assert self.outbox.full == (len(self.unconfirmed) == LIMIT)

    def teardown(self) -> None:
        self.outbox.put_back_all()
        assert [self.outbox.take() for _ in self.unconfirmed] == self.unconfirmed


TestOutboxMachine = OutboxMachine.TestCase
