"""Events from their acceptance to their confirmation: what gathers, and what has a place."""

import pytest

from events.event_check import MAX_EVENT
from publishing.event_queue import EventQueue, Limits
from publishing.outbox import Message
from tests.sender.queued_events import BATCH, LIMITS, accept, body, numbers, take_all


def test_an_event_of_another_client_starts_another_message() -> None:
    """Each event leaves under the client it was given with, and in the order of acceptance."""
    queue = EventQueue(Limits())
    for number, client in enumerate(["a", "a", "b", None, None, "a"]):
        accept(queue, client, [body(number)])

    assert [(m.client, m.events, numbers(m)) for m in take_all(queue)] == [
        ("a", 2, [0, 1]),
        ("b", 1, [2]),
        (None, 2, [3, 4]),
        ("a", 1, [5]),
    ]


def test_an_event_larger_than_a_batch_travels_alone() -> None:
    """An event of more bytes than a batch neither waits for others nor takes them along."""
    queue = EventQueue(LIMITS)
    accept(queue, "a", [body(0), body(1, 2 * BATCH), body(2)])

    messages = take_all(queue)
    assert [numbers(m) for m in messages] == [[0], [1], [2]]
    assert messages[1].body == body(1, 2 * BATCH)


@pytest.mark.parametrize("size", [1, BATCH, 64 * 1024])
def test_no_batch_is_larger_than_its_limit(size: int) -> None:
    """A long list of events is cut into messages up to the limit, and hardly below it."""
    queue = EventQueue(Limits(batch_bytes=size))
    accept(queue, None, [body(number) for number in range(3000)])
    messages = take_all(queue)

    assert [n for m in messages for n in numbers(m)] == list(range(3000))
    assert all(len(m.body) <= size or m.events == 1 for m in messages)
    assert all(len(m.body) > size - 50 for m in messages[:-1])


def test_bytes_are_bounded_as_well_as_messages() -> None:
    """Large events fill the bytes long before the messages; confirming one makes room for one."""
    queue = EventQueue(Limits(bytes=3 * MAX_EVENT))
    large = [body(number, MAX_EVENT - 10) for number in range(4)]

    assert accept(queue, "a", large) == 3
    with pytest.raises(OverflowError, match="3 events wait"):
        queue.put(Message("id", large[3], None, 0))
    queue.confirm(queue.take())
    queue.put(Message("id", large[3], None, 0))
    assert queue.bytes <= 3 * MAX_EVENT


def test_what_gathers_counts_as_well() -> None:
    """Small events beside large messages stop at the last byte that is free."""
    queue = EventQueue(Limits(bytes=2 * MAX_EVENT))
    queue.put(Message("1", b"x" * MAX_EVENT, None, 0))
    queue.put(Message("2", b"x" * (MAX_EVENT - 100), None, 0))

    assert accept(queue, "a", [body(number) for number in range(9)]) == 4
    assert 2 * MAX_EVENT - 20 < queue.bytes <= 2 * MAX_EVENT


def test_what_gathers_goes_on_while_others_wait() -> None:
    """A batch is not cut short as long as messages that are ready wait for their turn."""
    queue = EventQueue(Limits())
    queue.put(Message("1", b"{}", None, 0))
    accept(queue, "a", [body(0)])
    assert queue.take().id == "1"
    accept(queue, "a", [body(1)])

    assert not queue.ready(now=0.004)
    assert queue.ready(now=0.006)
    assert numbers(queue.take()) == [0, 1]


def test_what_gathers_has_its_place() -> None:
    """A prebuilt message can't take the place that what gathers will need."""
    queue = EventQueue(Limits(messages=1))
    accept(queue, "a", [body(0)])

    with pytest.raises(OverflowError):
        queue.put(Message("id", b"{}", None, 0))
    assert numbers(queue.take()) == [0]


def test_prebuilt_message_that_is_too_large() -> None:
    """No message is larger than the broker and the analytics take."""
    with pytest.raises(ValueError, match="1048577 bytes, at most 1048576"):
        EventQueue(Limits()).put(Message("id", b"x" * (MAX_EVENT + 1), None, 0))


@pytest.mark.parametrize("limits", [{"messages": 0}, {"bytes": MAX_EVENT}])
def test_limits_under_which_nothing_moves(limits: dict[str, int]) -> None:
    """A queue that could never take the largest event is refused at the start."""
    with pytest.raises(ValueError, match="at least one message"):
        Limits(**limits)
