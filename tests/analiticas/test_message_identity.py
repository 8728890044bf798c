import uuid

import pytest

from counting.message_identity import digest_of, key_of
from counting.verdict import Kept, Verdict, goes_to_rejected, judge
from decoding.undecoded_text import UndecodedText

THIS, OTHER = 1, 2


@pytest.mark.parametrize(
    ("known", "countable", "verdict", "rejected"),
    [
        ({}, True, Verdict.COUNT, False),
        ({}, False, Verdict.REJECT, True),
        ({THIS: Kept.COUNTED}, True, Verdict.DUPLICATE, False),
        ({THIS: Kept.REJECTED}, True, Verdict.COUNT, False),
        ({THIS: Kept.REJECTED}, False, Verdict.DUPLICATE, True),
        ({OTHER: Kept.REJECTED}, True, Verdict.COUNT, False),
        ({OTHER: Kept.REJECTED}, False, Verdict.REJECT, True),
        ({OTHER: Kept.COUNTED}, True, Verdict.CONFLICT, True),
        ({OTHER: Kept.COUNTED}, False, Verdict.CONFLICT, True),
        ({OTHER: Kept.COUNTED, THIS: Kept.CONFLICT}, True, Verdict.DUPLICATE, True),
        ({OTHER: Kept.COUNTED, THIS: Kept.REJECTED}, True, Verdict.DUPLICATE, True),
    ],
)
def test_identity_table(
    known: dict[int, Kept], countable: bool, verdict: Verdict, rejected: bool
) -> None:
    """Each row of the identity table has one verdict and one answer to the broker."""
    assert judge(known, THIS, countable) is verdict
    assert goes_to_rejected(verdict, known.get(THIS)) is rejected


def test_uuid_is_stored_in_16_bytes() -> None:
    """A canonical UUID becomes its bytes."""
    given = uuid.uuid4()

    assert key_of(str(given)) == given.bytes


@pytest.mark.parametrize(
    "message_id",
    [
        "pedido-7",
        "74390591-C848-40AE-B09B-EF0B89098127",
        "74390591-c848-40ae-b09b-ef0b8909812\u0661",
        "74390591-c848-40ae-b09b- ef0b8909812",
        "7439059--c848-40ae-b09b-ef0b89098127",
        "x" * 36,
        "{" + "a" * 34 + "}",
    ],
)
def test_other_ids_stay_apart(message_id: str) -> None:
    """Any other id, an unusual spelling of a UUID included, stays the text that it is."""
    assert key_of(message_id) == message_id


def test_bytes_that_are_no_text_stay_apart() -> None:
    """An id that is no UTF-8 is neither the text that shows it, nor the UUID of its bytes."""
    undecoded = [UndecodedText(b"\xff" * n) for n in range(1, 33)]
    looks_alike = [*map(str.__str__, undecoded), "\xff", str(uuid.UUID(bytes=undecoded[15].raw))]

    keys = {*map(key_of, undecoded)}

    assert len(keys) == 32
    assert keys.isdisjoint(map(key_of, looks_alike))


def test_digest_fits_sqlite() -> None:
    """A digest is a signed 64-bit integer, and different for different bodies."""
    digests = {digest_of(bytes([n])) for n in range(200)}

    assert len(digests) == 200
    assert all(-(2**63) <= d < 2**63 for d in digests)
