import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoding.cell_reading import CellReader
from decoding.event_decoding import MAX_BODY, NotCountableError, decode
from decoding.packed_body import DEFLATE, MAGIC, size_of, unpacked, unpacked_if_readable

EVENT = b'{"cliente":"a"}'


@given(st.binary(max_size=500).filter(lambda body: not body.startswith((MAGIC, *DEFLATE))))
def test_whatever_was_packed_comes_out(body: bytes) -> None:
    """Any level and any gzip program will do, and zlib; what is not packed is left alone."""
    assert unpacked(body, 500) == body
    for level in (0, 1, 6, 9):
        assert unpacked(gzip.compress(body, level), 500) == body
        assert unpacked(zlib.compress(body, level), 500) == body


@pytest.mark.parametrize("window", range(9, 16))
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_any_window_will_do(window: int, level: int) -> None:
    """Zlib of small windows begins with other bytes (RFC 1950, 2.2)."""
    packing = zlib.compressobj(level, wbits=window)
    packed = packing.compress(EVENT) + packing.flush()

    assert [event.cliente for event in decode(packed)] == ["a"]
    assert size_of(packed, MAX_BODY) >= len(EVENT)


def test_no_event_is_taken_for_packed() -> None:
    """Whatever follows the first byte of an object, an array, white space or a byte order mark."""
    for first in b"{[ \t\r\n\xef":
        for second in range(256):
            assert unpacked(bytes([first, second]), 500) == bytes([first, second])


@given(st.binary(max_size=500) | st.integers(0, 5000).map(bytes))
def test_what_it_holds_is_no_more_than_was_said(body: bytes) -> None:
    """What waits together is limited by what it holds, which no packed message may belie."""
    for packed in (gzip.compress(body), zlib.compress(body)):
        assert len(body) <= size_of(packed, MAX_BODY) <= MAX_BODY


# Named, since pytest would name them by their bytes, and gzip writes the time into those:
# two workers that collect in different seconds would not find the same tests.
UNREADABLE = {
    "cut in its end": (gzip.compress(EVENT)[:-1], "gzip: cut short"),
    "cut in its header": (MAGIC, "gzip: cut short"),
    "text behind it": (gzip.compress(EVENT) + b"x", "gzip: something follows its end"),
    "gzip behind it": (gzip.compress(EVENT) * 2, "gzip: something follows its end"),
    "gzip within it": (gzip.compress(gzip.compress(EVENT)), "gzip: within gzip"),
    "zlib cut": (zlib.compress(EVENT)[:-1], "zlib: cut short"),
    "text that looks like zlib": (b"x\x01no", "zlib: Error -3"),
    "text behind zlib": (zlib.compress(EVENT) + b"x", "zlib: something follows its end"),
    "gzip within zlib": (zlib.compress(gzip.compress(EVENT)), "gzip: within zlib"),
    "zlib within gzip": (gzip.compress(zlib.compress(EVENT)), "zlib: within gzip"),
    "too large for zlib": (
        zlib.compress(b" " * (MAX_BODY + 1)),
        f"zlib: holds more than {MAX_BODY} bytes",
    ),
    "no known method": (
        MAGIC + b"no",
        "gzip: Error -3 while decompressing data: unknown compression method",
    ),
    "wrong checksum": (
        gzip.compress(EVENT)[:-8] + bytes(8),
        "gzip: Error -3 .*incorrect data check",
    ),
    "too large": (
        gzip.compress(b" " * (MAX_BODY + 1)),
        f"gzip: holds more than {MAX_BODY} bytes",
    ),
}


@pytest.mark.parametrize(("body", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_unpacked_is_rejected_with_its_reason(body: bytes, reason: str) -> None:
    """Both decoders say why; until then the message keeps the bytes that it came with."""
    assert unpacked_if_readable(body, MAX_BODY) == body
    with pytest.raises(NotCountableError, match=reason):
        decode(body)
    with pytest.raises(NotCountableError, match=reason):
        CellReader().read(body, None, None, 0.0)


def test_the_largest_body_fits() -> None:
    """The limit of a message is that of what it holds."""
    assert len(unpacked(gzip.compress(b" " * MAX_BODY), MAX_BODY)) == MAX_BODY


def test_a_bomb_takes_no_memory() -> None:
    """What would become 128 MB is given up at the limit."""
    bombs = [pack(bytes(1 << 27), 1) for pack in (gzip.compress, zlib.compress)]
    tracemalloc.start()
    try:
        for bomb in bombs:
            with pytest.raises(ValueError, match="more than"):
                unpacked(bomb, MAX_BODY)
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_BODY
    finally:
        tracemalloc.stop()
