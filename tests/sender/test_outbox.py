import pytest

from publishing.outbox import Message, Outbox


def message(number: int) -> Message:
    return Message(f"id-{number:06}", b"{}", "cliente_uno", 1_795_503_600)


def test_messages_leave_oldest_first() -> None:
    """Messages leave in the order in which they were accepted."""
    outbox = Outbox()
    for number in (1, 2, 3):
        outbox.add(message(number))

    assert [outbox.take().id for _ in range(3)] == ["id-000001", "id-000002", "id-000003"]


def test_put_back_keeps_its_place() -> None:
    """Messages that were put back, in any order, leave before younger ones, oldest first."""
    outbox = Outbox()
    for number in range(4):
        outbox.add(message(number))
    taken = [outbox.take() for _ in range(3)]

    outbox.put_back(taken[1])
    outbox.put_back(taken[0])

    assert [outbox.take().id for _ in range(3)] == ["id-000000", "id-000001", "id-000003"]


def test_only_what_is_in_flight_can_be_confirmed() -> None:
    """A confirmation of a message that waits or is gone is an error, not a silent loss."""
    outbox = Outbox()
    outbox.add(message(1))
    with pytest.raises(KeyError):
        outbox.confirm(message(1))
    taken = outbox.take()
    outbox.confirm(taken)
    with pytest.raises(KeyError):
        outbox.confirm(taken)
