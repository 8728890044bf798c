"""CloudEvents 1.0 as events, by the official SDK and by hand."""

import datetime
import hashlib
import json

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1 import conversion as plain_sdk
from cloudevents.v1.http import CloudEvent as PlainCloudEvent
from werkzeug.datastructures import Headers

from decoding.event_decoding import decode
from intake.access.keys import ANYONE, Caller
from intake.access.problem import ProblemError
from intake.bodies.cloudevents import CloudEvent as Taken
from intake.bodies.cloudevents import take_batch, take_binary, take_structured
from intake.bodies.events import Sender
from intake.bodies.media import Kind, is_json, kind_of
from intake.bodies.parts import cloudevent_id

NOBODY = Sender(ANYONE, None)
GOOD = {"specversion": "1.0", "id": "1", "source": "/tienda", "type": "compra"}


def sdk_event(**more: object) -> CloudEvent:
    attributes = {
        "id": "a 1", "source": "/tienda/ñandú", "type": "com.example.compra",
        "time": datetime.datetime(2026, 11, 24, 7, 0, 0, 123000, datetime.UTC),
    }  # fmt: skip
    return CloudEvent({**attributes, **more}, {"importe": 12.5})


def binary(message: HTTPMessage) -> list[Taken]:
    headers = Headers(list(message.headers.items()))
    assert kind_of(headers) is Kind.CLOUDEVENT_IN_HEADERS
    return take_binary(headers, message.body, is_json(headers), NOBODY)


def test_one_event_in_all_three_modes_is_one_message() -> None:
    """The SDK's event gives the same id and the same bytes, whichever mode carries it."""
    event = sdk_event()
    structured = to_structured(event, JSONFormat())
    assert kind_of(Headers(list(structured.headers.items()))) is Kind.CLOUDEVENT

    taken = [
        *take_structured(structured.body, NOBODY),
        *take_batch(b"[" + structured.body + b"]", NOBODY),
        *binary(to_binary(event, JSONFormat())),
    ]

    assert len(set(taken)) == 1
    assert taken[0].message_id == cloudevent_id("/tienda/ñandú", "a 1")
    assert decode(taken[0].event) == [("/tienda/ñandú", "com.example.compra", 1795503600.123)]


def test_data_is_not_looked_at() -> None:
    """Only JSON must be JSON: another content type may hold anything, or nothing."""
    opaque = to_binary(sdk_event(datacontenttype="image/png"), JSONFormat())
    anything = HTTPMessage(opaque.headers, b"\x89PNG\xff")
    empty = HTTPMessage({**opaque.headers, "content-type": "application/json"}, b"")

    assert binary(anything) == binary(empty)
    with pytest.raises(ProblemError, match="JSON: "):
        binary(HTTPMessage(empty.headers, b"{"))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": None}, "specversion"),
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"source": None}, "source"),
        ({"source": "a\nb"}, "source"),
        ({"type": None}, "type"),
        ({"type": ["compra"]}, "type"),
        ({"type": "x" * 65}, "type"),
        ({"time": "ayer"}, "time"),
        ({"time": 1795503600}, "time"),
        ({"time": "1950-01-01T00:00:00Z"}, "time"),
    ],
)
def test_a_bad_attribute_is_named(change: dict[str, object], names: str) -> None:
    """As CloudEvents call it, with its place in the batch."""
    with pytest.raises(ProblemError) as error:
        take_batch(json.dumps([GOOD, {**GOOD, **change}]).encode(), NOBODY)

    (fault,) = error.value.faults
    assert (error.value.status, fault.indice, fault.campo) == (400, 1, names)


def test_a_key_is_for_its_sources_only() -> None:
    """The source is the client that a key must be for."""
    with pytest.raises(ProblemError) as error:
        take_structured(json.dumps(GOOD).encode(), Sender(Caller("a", frozenset("b"), ()), None))

    assert error.value.status == 403
    assert error.value.faults[0].campo == "source"


def test_batches_end() -> None:
    """An empty batch is nothing, one of more than 1,000 is refused whole."""
    assert take_batch(b"[]", NOBODY) == []
    with pytest.raises(ProblemError, match="1001 events") as error:
        take_batch(json.dumps([GOOD] * 1001).encode(), NOBODY)
    assert error.value.status == 413


@pytest.mark.parametrize(
    "value", ["%C3%B1", '"%C3%B1"', "ñ".encode().decode("latin-1"), "ñ", "%25C3%25B1"]
)
def test_header_values_may_be_written_in_several_ways(value: str) -> None:
    """Percent-encoded, in quotes, as plain UTF-8 or Latin-1, or encoded once too often."""
    headers = Headers([*((f"ce-{k}", v) for k, v in GOOD.items() if k != "source")])
    headers["CE-Source"] = value

    (taken,) = take_binary(headers, b"", False, NOBODY)

    assert decode(taken.event)[0].cliente == "ñ"


@pytest.mark.parametrize("value", ["ñ", "%FF", "\xff", "a\tb", ""])
def test_what_nobody_counts_is_not_looked_at(value: str) -> None:
    """An attribute without a meaning here may hold any bytes, as in structured mode."""
    headers = Headers([*((f"ce-{k}", v) for k, v in GOOD.items())])
    more = Headers([*headers, ("ce-subject", value), ("ce-traceparent", value)])

    assert take_binary(more, b"", False, NOBODY) == take_binary(headers, b"", False, NOBODY)


@pytest.mark.parametrize("source", ["/a%20b", "/a%2Fb", "/caf%C3%A9", "/100%", "/ñ"])
@pytest.mark.parametrize("event_id", ["1", "a%20b"])
def test_an_sdk_may_escape_headers_or_not(source: str, event_id: str) -> None:
    """One event is one message: structured, and in headers as either official API writes them."""
    attributes = {
        "id": event_id, "source": source, "type": "compra%20web", "subject": "ñ",
        "time": "2026-11-24T07:00:00Z",
    }  # fmt: skip
    moment = datetime.datetime(2026, 11, 24, 7, tzinfo=datetime.UTC)
    escaping = CloudEvent({**attributes, "time": moment}, {})
    plain = PlainCloudEvent(attributes, {})

    taken = [
        *take_structured(to_structured(escaping, JSONFormat()).body, NOBODY),
        *take_structured(plain_sdk.to_structured(plain)[1], NOBODY),
        *binary(to_binary(escaping, JSONFormat())),
        *binary(HTTPMessage(*plain_sdk.to_binary(plain))),
    ]

    assert len(set(taken)) == 1


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-24T07:00:00.000Z",
        "2026-11-24T07:00:00.000000+00:00",
        "2026-11-24T08:00:00+01:00",
        "2026-11-24t07:00:00z",
        "2026-11-24T07%3A00%3A00Z",
        "2026-11-24T07:00:00.000123456Z",
    ],
)
def test_a_time_may_be_spelled_in_several_ways(time: str) -> None:
    """The same moment, to the millisecond, makes the same message."""
    attributes = Headers([*((f"ce-{k}", v) for k, v in GOOD.items())])
    spelled = [Headers([*attributes, ("ce-time", t)]) for t in ("2026-11-24T07:00:00Z", time)]

    first, second = (take_binary(headers, b"", False, NOBODY) for headers in spelled)

    assert first == second
    assert decode(first[0].event)[0].timestamp == 1795503600


@pytest.mark.parametrize("source", ["/a%FFb", "/a%0Ab", "/100%", "%", "%zz"])
def test_a_source_stays_encoded_where_that_hides_no_text(source: str) -> None:
    """What is no UTF-8, or a control character, is left as it was given."""
    (taken,) = take_structured(json.dumps({**GOOD, "source": source}).encode(), NOBODY)

    assert decode(taken.event)[0].cliente == source


def test_a_long_source_is_shortened_and_stays_unique() -> None:
    """Its client is what fits of it and a hash of all of it; names that fit stay as they are."""
    sources = ["x" * 64, "x" * 65, "x" * 66, f"{'x' * 64}%20", f"{'ñ' * 64}"]
    batch = json.dumps([{**GOOD, "source": source} for source in sources]).encode()

    names = [decode(taken.event)[0].cliente for taken in take_batch(batch, NOBODY)]

    assert len(set(names)) == len(names) - 1  # white space at the end is no part of a name
    assert (names[0], names[4]) == (sources[0], sources[4])
    # Another version's client must be the same: this one stands for all versions to come.
    assert names[1] == f"{'x' * 47}…{hashlib.sha256(b'x' * 65).hexdigest()[:16]}"


def test_a_key_may_be_for_the_beginning_of_a_long_source() -> None:
    """The name that is counted decides."""
    body = json.dumps({**GOOD, "source": f"https://tienda.example/{'x' * 100}"}).encode()

    for prefix, good in (("https://tienda.example/", True), ("https://otra.example/", False)):
        caller = Caller("a", frozenset(), (prefix,))
        if good:
            assert take_structured(body, Sender(caller, None))
        else:
            with pytest.raises(ProblemError, match="this key is not for"):
                take_structured(body, Sender(caller, None))
