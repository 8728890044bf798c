import json
from dataclasses import FrozenInstanceError

import pytest

from counting.message_identity import digest_of
from counting.tally import count
from counting.verdict import Kept, Verdict
from decoding.message import Message


def message(tag: int, body: object, message_id: str | None = None) -> Message:
    return Message(tag, json.dumps(body).encode(), message_id)


def test_a_batch_adds_up() -> None:
    """Events of all good messages are added per client and per type."""
    tally = count(
        [
            message(1, {"cliente": "a"}, "1"),
            message(2, [{"cliente": "a", "evento": "clic"}, {"cliente": "b"}], "2"),
        ],
        {},
    )

    assert tally.clientes == {"a": 2, "b": 1}
    assert tally.eventos == {"evento": 2, "clic": 1}
    assert tally.verdicts == {Verdict.COUNT: 2}
    assert [kept for _, _, kept in tally.ids] == [Kept.COUNTED, Kept.COUNTED]


def test_copies_within_one_batch() -> None:
    """A copy in the same batch is a duplicate, and another body a conflict, once."""
    tally = count(
        [
            message(1, {"cliente": "a"}, "x"),
            message(2, {"cliente": "a"}, "x"),
            message(3, {"cliente": "b"}, "x"),
            message(4, {"cliente": "b"}, "x"),
        ],
        {},
    )

    assert tally.clientes == {"a": 1}
    assert tally.verdicts == {Verdict.COUNT: 1, Verdict.DUPLICATE: 2, Verdict.CONFLICT: 1}
    assert [r.message.tag for r in tally.rejected] == [3]
    assert tally.to_reject == {3, 4}


def test_one_bad_event_rejects_its_message() -> None:
    """A good, a bad and a good event in one message: none is counted."""
    tally = count([message(1, [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b"}], "x")], {})

    assert not tally.clientes
    assert tally.verdicts == {Verdict.REJECT: 1}
    assert tally.rejected[0].reason.startswith("[1].cliente")


def test_without_id() -> None:
    """Messages without an id, or with an empty one, count each time and are told apart."""
    body = {"cliente": "a"}

    tally = count([message(1, body), message(2, body), message(3, body, "")], {})

    assert tally.clientes == {"a": 3}
    assert tally.without_id == 3
    assert not tally.ids


def test_rejected_body_that_is_good_now() -> None:
    """A body that an earlier version rejected is decoded again and counted."""
    good = message(1, {"cliente": "a"}, "x")
    known: dict[bytes | str, dict[int, Kept]] = {"x": {digest_of(good.body): Kept.REJECTED}}

    tally = count([good, good], known)

    assert tally.clientes == {"a": 1}
    assert tally.verdicts == {Verdict.COUNT: 1, Verdict.DUPLICATE: 1}
    assert not tally.to_reject


def test_a_batch_changes_nothing_but_its_value() -> None:
    """What is known of ids goes in and stays as it is, and the value can't be changed later."""
    copy, new = message(1, {"cliente": "a"}, "x"), message(2, {"cliente": "a"}, "y")
    known: dict[bytes | str, dict[int, Kept]] = {"x": {digest_of(copy.body): Kept.COUNTED}}

    counted = count([copy, new], known)

    assert known == {"x": {digest_of(copy.body): Kept.COUNTED}}
    with pytest.raises(FrozenInstanceError):
        counted.replaced_ids = 1  # type: ignore[misc] # which is the point
