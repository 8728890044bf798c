"""What a stream takes out of a connection's bytes, beside what pamqp reads in them."""

from __future__ import annotations

import datetime
import itertools
import struct
from collections.abc import Iterator, Sequence

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.body import ContentBody
from pamqp.commands import Basic, Channel
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from broker import lenient_amqp
from broker.delivery_stream import PROPERTIES, DeliveryStream, properties
from decoding.message import Message

OURS, OTHER = 3, 2
FRAME = 100  # bytes of a body in one frame here
short_texts = st.text(max_size=60)
header_values = st.one_of(st.text(), st.integers(-(2**31), 2**31), st.booleans(), st.none())
known_properties = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            [
                *("content_type", "content_encoding", "correlation_id", "reply_to"),
                *("expiration", "message_id", "message_type", "user_id", "app_id"),
            ],
            short_texts,
        ),
        "headers": st.dictionaries(
            st.sampled_from(["X-Client-Name", "x-death", "other"]), header_values
        ),
        "delivery_mode": st.sampled_from([1, 2]),
        "priority": st.integers(0, 9),
        "timestamp": st.datetimes(
            datetime.datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
            datetime.datetime(9999, 1, 1),  # noqa: DTZ001
            timezones=st.just(datetime.UTC),
        ),
    },
)


@pytest.fixture(scope="module", autouse=True)
def _lenient() -> None:
    lenient_amqp.install()


def content(header: Basic.Properties, body: bytes, channel: int) -> list[bytes]:
    first = ContentHeader(body_size=len(body), properties=header)
    bodies = [ContentBody(body[at : at + FRAME]) for at in range(0, len(body), FRAME)]
    return [
        pamqp.frame.marshal(first, channel),
        *(pamqp.frame.marshal(each, channel) for each in bodies),
    ]


def delivery(tag: int, header: Basic.Properties, body: bytes, channel: int = OURS) -> list[bytes]:
    method = Basic.Deliver("ctag", tag, redelivered=False, exchange="e", routing_key="")
    return [pamqp.frame.marshal(method, channel), *content(header, body, channel)]


def expected(tag: int, header: Basic.Properties, body: bytes) -> Message:
    """As read by pamqp."""
    payload = content(header, b"", OURS)[0]
    _, _, frame = pamqp.frame.unmarshal(payload)
    assert isinstance(frame, ContentHeader)
    read = frame.properties
    headers = read.headers or {}
    return Message(
        tag,
        body,
        read.message_id,
        headers.get("X-Client-Name"),
        read.app_id,
        read.timestamp.timestamp() if read.timestamp else None,
        1.5,
        headers.get("x-death"),
    )


def fed(stream: DeliveryStream, data: bytes, cuts: Sequence[int]) -> bytes:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return b"".join(stream.feed(data[a:b], 1.5) for a, b in itertools.pairwise(edges))


def interleaved(lists: Sequence[list[bytes]], turns: Iterator[int]) -> bytes:
    """Frames of several channels: each one's in order, in any order among them."""
    waiting = [list(frames) for frames in lists if frames]
    out = []
    while waiting:
        frames = waiting[next(turns) % len(waiting)]
        out.append(frames.pop(0))
        waiting = [each for each in waiting if each]
    return b"".join(out)


@given(
    sent=st.lists(st.tuples(known_properties, st.binary(max_size=250)), max_size=5),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
    turns=st.lists(st.integers(0, 2), min_size=60, max_size=60),
)
def test_takes_what_pamqp_reads_and_passes_the_rest(
    sent: list[tuple[dict[str, object], bytes]], cuts: list[int], turns: list[int]
) -> None:
    """However the bytes are cut, and whatever other channels say between the frames."""
    headers = [(Basic.Properties(**given), body) for given, body in sent]  # type: ignore[arg-type]
    ours = [
        frame
        for tag, (header, body) in enumerate(headers, 1)
        for frame in delivery(tag, header, body)
    ]
    others = delivery(9, Basic.Properties(message_id="x"), b"of another", OTHER)
    silence = [pamqp.frame.marshal(Heartbeat(), 0)] * 2
    taken: list[Message] = []
    stream = DeliveryStream()
    stream.take(OURS, taken.extend)

    passed = fed(stream, interleaved([ours, others, silence], iter(turns * 9)), cuts)

    assert taken == [expected(tag, *message) for tag, message in enumerate(headers, 1)]
    assert len(passed) == sum(map(len, [*others, *silence]))
    assert passed.replace(silence[0], b"") == b"".join(others)


def test_only_deliveries_are_taken() -> None:
    """Of a channel whose deliveries are taken, whatever else it says passes, contents too."""
    returned = Basic.Return(312, "NO_ROUTE", "e", "")
    got = Basic.GetOk(1, redelivered=False, exchange="e", routing_key="", message_count=0)
    header = Basic.Properties(message_id="m")
    rest = b"".join(
        [
            pamqp.frame.marshal(Basic.ConsumeOk("ctag"), OURS),
            *(pamqp.frame.marshal(returned, OURS), *content(header, b"r" * 150, OURS)),
            *(pamqp.frame.marshal(got, OURS), *content(header, b"", OURS)),
            pamqp.frame.marshal(Channel.Close(406, "PRECONDITION_FAILED", 60, 80), OURS),
        ]
    )
    taken: list[Message] = []
    stream = DeliveryStream()
    stream.take(OURS, taken.extend)

    assert stream.feed(rest, 1.5) == rest
    assert taken == []


@pytest.mark.parametrize(
    "noise", [b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00\x00\x00\x00\x01xy", b"HTTP/1.1 400 Bad"]
)
def test_what_is_no_frame_passes(noise: bytes) -> None:
    """So that aiormq says what is wrong; nothing after it is looked at."""
    stream = DeliveryStream()
    taken: list[Message] = []
    stream.take(OURS, taken.extend)
    frames = b"".join(delivery(1, Basic.Properties(), b"{}"))

    assert stream.feed(noise, 1.5) == noise
    assert stream.feed(frames, 1.5) == frames
    assert taken == []


def header_bytes(*values: tuple[int, bytes]) -> bytes:
    """Property flags and values, by the numbers of the properties."""
    flags = sum(0x8000 >> number for number, _ in values)
    return struct.pack(">H", flags) + b"".join(value for _, value in values)


def short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def test_each_property_alone() -> None:
    """Whichever stand before them, the five are found."""
    plain = [short(b"t"), short(b"t"), struct.pack(">I", 0), b"\x02", b"\x05", *[short(b"t")] * 3]
    plain += [short(b"id"), struct.pack(">Q", 60), short(b"t"), short(b"t"), short(b"app")]
    plain += [short(b"t")]
    assert len(plain) == len(PROPERTIES)
    for number in range(len(PROPERTIES)):
        data = header_bytes(*((n, plain[n]) for n in range(len(PROPERTIES)) if n != number))

        message_id, client, app_id, sent, deaths = properties(data)

        assert message_id == (None if number == 8 else "id")
        assert sent == (None if number == 9 else 60.0)
        assert app_id == (None if number == 12 else "app")
        assert (client, deaths) == (None, None)


def test_strange_values_are_read_as_elsewhere() -> None:
    """Texts that are no UTF-8, tables that can't be read, times past any calendar, more flags."""
    unreadable = struct.pack(">I", 3) + b"\x01aZ"
    data = header_bytes(
        (2, unreadable), (8, short(b"\xff")), (9, b"\xff" * 8), (12, short(b"\xfe"))
    )
    flags = struct.unpack(">H", data[:2])[0]
    continued = struct.pack(">HH", flags | 1, 0) + data[2:]

    for each in (data, continued):
        message_id, client, app_id, sent, deaths = properties(each)

        assert (message_id, app_id) == ("\\xff", "\\xfe")
        assert message_id is not None
        assert message_id.encode() == b"\xff"
        assert (client, sent, deaths) == (True, None, True)
