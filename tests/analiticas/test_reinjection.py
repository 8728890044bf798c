import json

from decoding.event_decoding import decode
from decoding.message import Message
from rejected.reinjection import again


def test_a_message_that_is_good_now_keeps_its_id() -> None:
    """A countable message goes again as it is, so that it is known as the one rejected."""
    message = Message(1, b'{"cliente":"a"}', "x")

    sent = again(message, good_events=False)

    assert sent
    assert sent[:2] == (message.body, "x")


def test_a_bad_message_stays() -> None:
    """A message that still can't be counted stays, and so does one without any good event."""
    for body in (b"no es json", b'{"cliente":7}', b'[{"cliente":7}]', b"[" * 100_000):
        assert again(Message(1, body, "x"), good_events=True) is None


def test_good_events_of_a_bad_batch() -> None:
    """The good events of a batch go under an id that depends on its id and body alone."""
    body = json.dumps([{"cliente": "a"}, {"cliente": 7}, {"evento": "clic"}, {"cliente": "ñ"}])
    message = Message(1, body.encode(), "x", "cabecera")

    first, second = again(message, good_events=True), again(message, good_events=True)
    other = again(message._replace(message_id="y"), good_events=True)

    assert first and other
    assert first == second
    assert first.message_id != other.message_id != "y"
    assert (first.events, first.left_out) == (3, 1)
    assert [e.cliente for e in decode(first.body, "cabecera")] == ["a", "cabecera", "ñ"]
    assert again(message, good_events=False) is None


def test_without_an_id() -> None:
    """Nothing tells equal messages without an id apart, so each gets an id of its own."""
    whole, partly = Message(1, b'{"cliente":"a"}'), Message(1, b'[{"cliente":"a"},{}]')

    sent = [again(message, True) for message in (whole, whole, partly, partly)]

    ids = {one.message_id for one in sent if one}
    assert len(ids) == 4
