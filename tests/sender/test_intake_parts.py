"""How a request's events are cut into messages, and what their ids are made of."""

import itertools
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.bodies.ndjson_lines import Line, Lines
from intake.bodies.parts import EVENT_BYTES, PART_BYTES, cloudevent_id, cut, part_id
from intake.bodies.room import Room

EVENTS = st.lists(
    st.integers(0, EVENT_BYTES - 2).map(lambda size: b'"' + b"x" * size + b'"'), max_size=12
)


@given(EVENTS)
def test_parts_hold_every_event_in_order(events: list[bytes]) -> None:
    """No part is larger than 64 KB, none is empty, and together they are the events."""
    parts = list(cut(events))

    assert [json.loads(event) for event in events] == [
        event for part in parts for event in json.loads(part.body)
    ]
    assert all(len(part.body) <= PART_BYTES and part.events for part in parts)
    assert sum(part.events for part in parts) == len(events)


@given(EVENTS)
def test_no_part_is_cut_early(events: list[bytes]) -> None:
    """Each part is full: the first event of the next would not fit in."""
    parts = list(cut(events))

    for part, following in itertools.pairwise(parts):
        first = json.dumps(json.loads(following.body)[0])
        assert len(part.body) + 1 + len(first) > PART_BYTES


def test_the_largest_event_is_a_part_alone() -> None:
    """An event of EVENT_BYTES makes a part of exactly 64 KB."""
    (part,) = cut([b"1" * EVENT_BYTES])

    assert len(part.body) == PART_BYTES


def test_ids_are_made_of_what_they_stand_for() -> None:
    """The same fields give the same UUIDv8; another owner, key, part, source or id another one."""
    ids = [
        part_id("tienda", "k", 0),
        part_id("tienda", "k", 1),
        part_id("tienda", "k1", 0),
        part_id("tiendak", "", 0),
        part_id("", "k", 0),
        cloudevent_id("tienda", "k"),
        cloudevent_id("tiendak", ""),
        cloudevent_id("ñandú", "k"),
    ]

    assert len(set(ids)) == len(ids)
    # Another version's retry must be a copy too: this one stands for all versions to come.
    assert part_id("tienda", "k", 0) == ids[0] == "ec9effbd-b65d-862d-8a1d-bf9dcb6ddf7b"
    for each in ids:
        parsed = uuid.UUID(each)
        assert (str(parsed), parsed.version, parsed.variant) == (each, 8, uuid.RFC_4122)


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))),
    st.integers(1, 9),
)
def test_lines_come_out_as_they_went_in(lines: list[bytes], step: int) -> None:
    """However the bytes are cut on their way, each line has its number; empty ones are left out."""
    text = b"\n".join(lines)
    cutter = Lines(most=12)

    found = [line for at in range(0, len(text), step) for line in cutter.feed(text[at : at + step])]
    found += cutter.finish()

    stripped = [(number, line.strip(b" \t\r")) for number, line in enumerate(lines, 1)]
    assert found == [Line(number, line) for number, line in stripped if line]


def test_room_is_given_back() -> None:
    """What one request has taken is there for the others once it ends, however it ends."""
    room = Room(most=10)

    with room.share(small=True) as first, room.share(small=True) as second:
        first.take(6)
        with pytest.raises(OverflowError):
            second.take(5)
        second.take(4)
    with room.share(small=True) as third:
        third.take(10)


def test_a_line_that_is_too_long_is_never_held() -> None:
    """It is told by its number alone, and the next line is whole again."""
    lines = Lines(most=5)

    found = [line for data in [b"x" * 1000] * 1000 for line in lines.feed(data)]
    found += [*lines.feed(b"\n12345\r\n123456\nab"), *lines.finish()]

    assert found == [Line(1, None), Line(2, b"12345"), Line(3, None), Line(4, b"ab")]
