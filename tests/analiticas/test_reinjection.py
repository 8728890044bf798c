import json

from decoding.event_decoding import decode
from decoding.message import Message
from rejected.reinjection import again


def test_a_message_that_is_good_now_keeps_its_id():
    """A countable message goes again as it is, so that it is known as the one rejected."""
    message = Message(1, b'{"cliente":"a"}', "x")

    assert again(message, good_events=False)[:2] == (message.body, "x")


def test_a_bad_message_stays():
    """A message that still can't be counted stays, and so does one without any good event."""
    for body in (b"no es json", b'{"cliente":7}', b'[{"cliente":7}]', b"[" * 100_000):
        assert again(Message(1, body, "x"), good_events=True) is None


def test_good_events_of_a_bad_batch():
    """The good events of a batch go under an id that depends on its id and body alone."""
    body = json.dumps([{"cliente": "a"}, {"cliente": 7}, {"evento": "clic"}, {"cliente": "ñ"}])
    message = Message(1, body.encode(), "x", "cabecera")

    first, second = again(message, good_events=True), again(message, good_events=True)
    other = again(message._replace(message_id="y"), good_events=True)

    assert first == second
    assert first.message_id != other.message_id != "y"
    assert (first.events, first.left_out) == (3, 1)
    assert [e.cliente for e in decode(first.body, "cabecera")] == ["a", "cabecera", "ñ"]
    assert again(message, good_events=False) is None


def test_without_an_id():
    """Nothing tells equal messages without an id apart, so each gets an id of its own."""
    whole, partly = Message(1, b'{"cliente":"a"}'), Message(1, b'[{"cliente":"a"},{}]')

    ids = {again(message, True).message_id for message in (whole, whole, partly, partly)}

    assert len(ids) == 4
