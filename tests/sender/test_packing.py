import gzip
import random

from hypothesis import given
from hypothesis import strategies as st

from publishing.packing import SMALLEST, packed


@given(st.binary(max_size=5_000))
def test_nothing_grows_and_nothing_changes(body: bytes) -> None:
    """A body travels as it is or smaller, and is the same after it was opened."""
    travelling, encoding = packed(body)

    assert len(travelling) <= len(body)
    assert (gzip.decompress(travelling) if encoding else travelling) == body


def test_equal_bodies_travel_equally() -> None:
    """A message that is sent again has the bytes that it had, a while later too."""
    assert packed(b"evento" * 1000) == packed(b"evento" * 1000)
    assert packed(b"evento" * 1000)[0][4:8] == bytes(4), "a time of modification"


def test_a_batch_gets_much_smaller() -> None:
    """Events that resemble each other take a fraction of their bytes, and say so."""
    body = b"[%b]" % b",".join(b'{"cliente":"uno","metadata":%d}' % n for n in range(1000))

    travelling, encoding = packed(body)

    assert encoding == "gzip"
    assert len(travelling) < len(body) / 5


def test_small_bodies_and_noise_stay_as_they_are() -> None:
    """What would gain little or nothing is left alone."""
    noise = random.Random(1).randbytes(10_000)  # noqa: S311 - repeatable on purpose

    assert packed(b"e" * (SMALLEST - 1)) == (b"e" * (SMALLEST - 1), None)
    assert packed(noise) == (noise, None)
