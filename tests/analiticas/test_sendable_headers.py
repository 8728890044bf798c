import math
from decimal import Decimal
from typing import Any

import pytest
from pamqp import decode, encode

from broker import lenient_amqp
from rejected.sendable_headers import CLIENT, sendable


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for one test: others play publishers that share no code with ours."""
    monkeypatch.setattr(encode, "encode_table_value", lenient_amqp.table_value)


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


@pytest.mark.parametrize(
    "value", [b"\xff\x00\x01", [b"\xff"], {"a": [{"b": b"\xff"}]}, 1e300, 0.1, 0.5, math.inf, -0.0]
)
def test_what_was_read_can_be_sent_as_it_came(value: Any) -> None:
    """Strings that are no UTF-8, at any depth, and doubles to their last digit."""
    sent, left_out = sendable({"a": value})
    _, read = decode.field_table(encode.field_table(sent))

    assert (read, left_out) == ({"a": value}, [])


def test_no_number_takes_more_room_than_it_came_with() -> None:
    """What was a float is a float again, and so is what is no number."""
    assert encode.encode_table_value(0.5)[:1] == b"f"
    assert encode.encode_table_value(math.nan)[:1] == b"f"


UNSENDABLE = {
    "too large for a decimal": Decimal(2**32 - 1),
    "too deep": nested(101),
    "no known type": {"a": object()},
    "two bytes each as they came, three as they would go": [200] * 50_000,
}


@pytest.mark.parametrize("value", UNSENDABLE.values(), ids=UNSENDABLE)
def test_what_cannot_be_sent_costs_no_other_header(value: Any) -> None:
    """It is left out and named; where it is the client's name, none takes its place."""
    assert sendable({"a": value, "b": nested(100)}) == ({"b": nested(100)}, ["a"])
    assert sendable({CLIENT: value, "b": 1}) == ({CLIENT: True, "b": 1}, [CLIENT])
