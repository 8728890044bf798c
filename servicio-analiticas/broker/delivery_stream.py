"""
From the bytes of an AMQP connection to the messages that it delivers. Pure: no clock, no I/O.

aiormq makes three objects, three queue places and a task of each delivery, and decodes every
property. A stream takes the deliveries of some channels out of the bytes before they get there,
and decodes what is looked at. Everything else passes as it is. Format: AMQP 0-9-1, 2.3 and 4.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from functools import cache, lru_cache

from broker.lenient_amqp import UNREADABLE, table, text, timestamp
from decoding.message import Message

METHOD, HEADER, BODY = 1, 2, 3
DELIVER = bytes((0, 60, 0, 60))  # class basic, method deliver
FRAME_END = 0xCE
FRAME_HEAD = 7  # bytes: type, channel, size of the payload
HEARTBEAT = bytes((8, 0, 0, 0, 0, 0, 0, FRAME_END))
MOST_KEPT_TABLE = 256  # bytes of a header table that is worth keeping: one of a publisher, say
MOST_KEPT_TABLES = 1024

_frame_head = struct.Struct(">BHI").unpack_from
_longlong = struct.Struct(">Q").unpack_from
_long = struct.Struct(">I").unpack_from
_short = struct.Struct(">H").unpack_from

Sink = Callable[[Sequence[Message]], None]


# What somebody looks at: message_id, X-Client-Name, app_id, timestamp, x-death, as in Message.
Looked = tuple[str | None, object, str | None, float | None, object]


class Kind(Enum):
    """How a property is read, or skipped."""

    TEXT = auto()
    OCTET = auto()
    HEADERS = auto()
    MESSAGE_ID = auto()
    TIMESTAMP = auto()
    APP_ID = auto()


PROPERTIES = (
    *(Kind.TEXT, Kind.TEXT, Kind.HEADERS),  # content_type, content_encoding, headers
    *(Kind.OCTET, Kind.OCTET),  # delivery_mode, priority
    *(Kind.TEXT, Kind.TEXT, Kind.TEXT),  # correlation_id, reply_to, expiration
    *(Kind.MESSAGE_ID, Kind.TIMESTAMP),
    *(Kind.TEXT, Kind.TEXT, Kind.APP_ID, Kind.TEXT),  # type, user_id, app_id, cluster_id
)


class _Channel:
    """A channel whose deliveries are taken, and the one that is under way."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.messages: list[Message] = []
        self.tag = 0  # of the delivery under way; 0 when there is none
        self.missing = 0  # bytes of its body
        self.header = b""
        self.parts: list[bytes] = []


class DeliveryStream:
    """*feed* it all that a connection receives, from its first byte on."""

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a frame
        self._channels: dict[int, _Channel] = {}
        self._readable = True

    def take(self, channel: int, sink: Sink) -> None:
        """From now on *sink* is told of the deliveries of this channel, some at a time."""
        self._channels[channel] = _Channel(sink)

    def feed(self, data: bytes, now: float) -> bytes:
        """
        Return what is not a delivery that is taken: whole frames.

        *now*: the time of arrival, seconds since 1970. What is no frame passes as it is, and so
        does all that follows: aiormq says what is wrong. Raises ValueError, struct.error or
        IndexError when a taken frame can't be read: the connection is worth nothing then.
        """
        if not self._readable:
            return data
        data = self._rest + data
        passing = [*self._split(data, now)]
        for channel in self._channels.values():
            if channel.messages:
                messages, channel.messages = channel.messages, []
                channel.sink(messages)
        return b"".join(passing)

    def _split(self, data: bytes, now: float) -> Iterator[bytes]:
        """Yield what passes; the beginning of a frame at the end is kept for the next time."""
        at = passed = 0
        end = len(data)
        channels = self._channels
        while end - at > FRAME_HEAD:
            kind, number, size = _frame_head(data, at)
            after = at + FRAME_HEAD + size + 1
            if after > end and kind <= BODY:
                break
            if after > end or data[after - 1] != FRAME_END:
                self._readable = False
                at = end
                break
            channel = channels.get(number)
            if channel is not None and _taken(channel, kind, data, at + FRAME_HEAD, after - 1, now):
                if passed < at:
                    yield data[passed:at]
                passed = after
            at = after
        self._rest = data[at:]
        if passed < at:
            yield data[passed:at]


def _taken(channel: _Channel, kind: int, data: bytes, at: int, end: int, now: float) -> bool:
    """Whether this frame, whose payload lies between *at* and *end*, is part of a delivery."""
    if kind == METHOD:
        if data[at : at + 4] != DELIVER:
            return False
        (channel.tag,) = _longlong(data, at + 5 + data[at + 4])
        return True
    if not channel.tag:  # the content of something else
        return False
    if kind == HEADER:
        (channel.missing,) = _longlong(data, at + 4)
        channel.header = data[at + 12 : end]
        channel.parts = []
    else:
        channel.missing -= end - at
        channel.parts.append(data[at:end])
    if channel.missing <= 0:
        body = channel.parts[0] if len(channel.parts) == 1 else b"".join(channel.parts)
        message_id, client, app_id, sent, deaths = properties(channel.header)
        message = Message(channel.tag, body, message_id, client, app_id, sent, now, deaths)
        channel.messages.append(message)
        channel.tag = 0
    return True


def properties(data: bytes) -> Looked:
    """Decode a content header from its property flags on; what nobody looks at is skipped."""
    at = 2
    while data[at - 1] & 1:  # more flags follow, of properties that AMQP 0-9-1 does not know
        at += 2
    message_id = app_id = sent = client = deaths = None
    for kind in _present(_short(data)[0]):
        if kind is Kind.OCTET:
            at += 1
            continue
        if kind is Kind.TIMESTAMP:
            _, moment = timestamp(data[at : at + 8])
            sent = None if moment is None else moment.timestamp()
            at += 8
            continue
        after = at + (4 + _long(data, at)[0] if kind is Kind.HEADERS else 1 + data[at])
        if kind is Kind.HEADERS:
            client, deaths = _headers(data[at:after])
        elif kind is Kind.MESSAGE_ID:
            message_id = text(data[at + 1 : after])
        elif kind is Kind.APP_ID:
            app_id = text(data[at + 1 : after])
        at = after
    return message_id, client, app_id, sent, deaths


@cache
def _present(flags: int) -> Sequence[Kind]:
    """Kinds of the properties that a header with these flags holds, in their order."""
    return [kind for bit, kind in enumerate(PROPERTIES) if flags & 0x8000 >> bit]


def _headers(data: bytes) -> tuple[object, object]:
    return _kept_headers(data) if len(data) <= MOST_KEPT_TABLE else _decoded_headers(data)


def _decoded_headers(data: bytes) -> tuple[object, object]:
    """Return X-Client-Name and x-death; True is each of a table that can't be read."""
    _, headers = table(data)
    unreadable = headers.get(UNREADABLE)
    return headers.get("X-Client-Name", unreadable), headers.get("x-death", unreadable)


_kept_headers = lru_cache(MOST_KEPT_TABLES)(_decoded_headers)
