import struct

import pytest

from broker import lenient_amqp


def test_short_strings_stay_apart() -> None:
    """Bytes that are no UTF-8 become text, and different bytes different text."""
    consumed, text = lenient_amqp.short_string(b"\x03a\xffb")

    assert (consumed, text) == (4, "a\\xffb")
    assert text.encode() == str(text).encode() == b"a\xffb"
    assert lenient_amqp.short_string(b"\x01\xfe")[1] != lenient_amqp.short_string(b"\x01\xff")[1]


@pytest.mark.parametrize("stamp", [2**63, 2**64 - 1, 1795503600123456])
def test_timestamps_out_of_range(stamp: int) -> None:
    """A timestamp in microseconds, or beyond any calendar, is none."""
    assert lenient_amqp.timestamp(struct.pack(">Q", stamp)) == (8, None)


def test_usual_timestamp() -> None:
    """A timestamp in seconds is itself."""
    moment = lenient_amqp.timestamp(struct.pack(">Q", 1795503600))[1]

    assert moment
    assert moment.isoformat() == "2026-11-24T07:00:00+00:00"


@pytest.mark.parametrize(
    "content", [b"\x02\xff\xfeI\x00\x00\x00\x01", b"\x01aZ", b"\x01aI", b"\xffa"]
)
def test_unreadable_tables(content: bytes) -> None:
    """A table that can't be read is marked, and exactly its bytes are consumed."""
    value = struct.pack(">I", len(content)) + content + b"next"

    assert lenient_amqp.table(value) == (4 + len(content), {lenient_amqp.UNREADABLE: True})


def test_readable_table() -> None:
    """A readable table is itself."""
    content = b"\x01aS\x00\x00\x00\x02xy"

    assert lenient_amqp.table(struct.pack(">I", len(content)) + content)[1] == {"a": "xy"}
