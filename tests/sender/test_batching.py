import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event_check import MAX_EVENT
from publishing.batching import LONGEST, Batcher, Bodies

BODY = b'{"cliente":"a"}'


def batcher(limit: int = 100, linger: float = 0.005) -> Batcher:
    return Batcher(limit, linger)


def test_lone_event_is_due_at_once() -> None:
    """With nothing else under way an event does not wait, and it is sent as it is, in no array."""
    gathering = batcher()
    gathering.add("a", [BODY], len(BODY) + 1, now=5.0)

    assert gathering.due(now=5.0, idle=True)
    assert gathering.take() == ("a", BODY, 1)
    assert not gathering


def test_events_gather_while_others_are_under_way() -> None:
    """With others under way events gather for the linger, and leave as one array in their order."""
    gathering = batcher()
    gathering.add("a", [b'{"n":1}'], 8, now=5.0)
    gathering.add("a", [b'{"n":2}', b'{"n":3}'], 16, now=5.004)

    assert not gathering.due(now=5.0049, idle=False)
    assert gathering.due(now=5.0051, idle=False)
    assert gathering.due_at == pytest.approx(5.005)
    assert gathering.size == len(b'[{"n":1},{"n":2},{"n":3}]')
    assert gathering.take() == ("a", b'[{"n":1},{"n":2},{"n":3}]', 3)


def test_full_batch_is_due_at_once() -> None:
    """A batch that has reached its size waits for nobody."""
    gathering = batcher(limit=17)
    gathering.add("a", [BODY], len(BODY) + 1, now=5.0)

    assert gathering.room == 0
    assert gathering.due(now=5.0, idle=False)


def test_nothing_is_never_due() -> None:
    """An empty batch is not due, however long ago the last one left."""
    assert not batcher().due(now=99.0, idle=True)


@pytest.mark.parametrize(
    ("client", "now", "joins"),
    [
        ("a", 5.0, True),
        ("b", 5.0, False),
        (None, 5.0, False),
        ("a", 4.9 + LONGEST, True),
        ("a", 5.1 + LONGEST, False),
    ],
)
def test_only_events_of_one_client_gather(client: str | None, now: float, joins: bool) -> None:
    """A header names one client; and one AMQP timestamp can't stand for more than its second."""
    gathering = batcher()
    gathering.add("a", [BODY], len(BODY) + 1, now=5.0)

    assert gathering.joins(client, now) is joins


@given(
    sizes=st.lists(st.integers(2, 60), max_size=30),
    start=st.integers(0, 30),
    room=st.integers(-5, 300),
)
def test_run_is_the_longest_that_fits(sizes: list[int], start: int, room: int) -> None:
    """The run found by bisection is the one that adding up one by one would find."""
    bodies = Bodies([b"x" * size for size in sizes])
    start = min(start, len(sizes))
    stop, left = start, room
    while stop < len(sizes) and sizes[stop] + 1 <= left:
        left -= sizes[stop] + 1
        stop += 1

    assert bodies.run(start, room) == stop
    assert bodies.size(start, stop) == sum(size + 1 for size in sizes[start:stop])


def test_body_that_fits_no_message_is_refused() -> None:
    """An event over the limit is named with its size and the limit; one just as large passes."""
    Bodies([b"x" * MAX_EVENT])
    with pytest.raises(ValueError, match=r"^event 1: 1048577 bytes, at most 1048576$"):
        Bodies([BODY, b"x" * (MAX_EVENT + 1)])


def test_nothing_is_no_event() -> None:
    """An empty body would make a batch that is no JSON, at the cost of its neighbours."""
    with pytest.raises(ValueError, match="no JSON object"):
        Bodies([BODY, b""])


def test_batch_is_an_array_of_the_events() -> None:
    """The message of several events is a JSON array; nothing but commas is put between them."""
    gathering = batcher()
    bodies = [b'{"a": [1, 2]}', b'{ "b" : {} }', b"{}"]
    gathering.add(None, bodies, Bodies(bodies).size(0, 3), now=0.0)
    client, body, events = gathering.take()

    assert (client, events) == (None, 3)
    assert json.loads(body) == [{"a": [1, 2]}, {"b": {}}, {}]
