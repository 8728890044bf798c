import codecs
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoding.cell_reading import CellReader
from decoding.event_decoding import MAX_BODY, Event, NotCountableError, decode

BOM = codecs.BOM_UTF8
CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())


@pytest.mark.parametrize("example", CONTRACT["accepted"], ids=lambda e: e["why"])
def test_accepted_examples(example: dict[str, Any]) -> None:
    """Every accepted example of the contract decodes to the events it states."""
    body = json.dumps(example["body"]).encode()

    events = decode(body, example.get("header"), example.get("app_id"))

    assert [list(event) for event in events] == example["events"]


@pytest.mark.parametrize("example", CONTRACT["rejected"], ids=lambda e: e["why"])
def test_rejected_examples(example: dict[str, Any]) -> None:
    """Every rejected example of the contract gives a reason that names what it states."""
    with pytest.raises(NotCountableError, match=f"(?i){example['names'].replace('[', '.')}") as it:
        decode(example["raw"].encode())
    assert example.get("says", "") in str(it.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cliente":"a","metadata":' + b"[" * 100_000, "nested too deeply"),
        (b'{"cliente":"\xff"}', "JSON: .*utf-8"),
        (b'{"cliente":"a","metadata":"\xff"}', "JSON: .*utf-8"),
        (b'{"cliente":"a","otro":01}', "JSON: "),
        ('{"cliente":"a"}'.encode("utf-16"), "JSON: .*utf-8"),
        (2 * BOM + b'{"cliente":"a"}', "JSON: .*BOM"),
        (b" " + BOM + b'{"cliente":"a"}', "JSON: "),
        (b'[{"cliente":"a"},' + BOM + b'{"cliente":"a"}]', "JSON: "),
        (BOM, "JSON: "),
        (b'{"cliente":"a","timestamp":1e999}', "timestamp: "),
        (b'{"cliente":"a","timestamp":' + b"9" * 4000 + b"}", "timestamp: "),
        (b'{"cliente":"' + b" " * MAX_BODY + b'a"}', "body: .* bytes"),
        (b'{"cliente":"a","evento":"' + b"e" * 65 + b'"}', "evento: 65 characters"),
        (b'[{"cliente":"a"},{"cliente":"\\ud800"}]', r"\[1\].cliente: .*surrogate"),
    ],
)
def test_hostile_bodies(body: bytes, reason: str) -> None:
    """A hostile body gives a reason, never another exception."""
    with pytest.raises(NotCountableError, match=reason):
        decode(body)


@pytest.mark.parametrize("event", [b'{"cliente":"a"}', b' [{"cliente":"a","otro":1}]'])
def test_a_byte_order_mark_is_no_part_of_the_text(event: bytes) -> None:
    """One at the very beginning is left out, within gzip too; the fast decoder agrees."""
    for body in (BOM + event, gzip.compress(BOM + event)):
        assert decode(body) == decode(event)
        assert CellReader().read(BOM + event, None, None, 7.0).cells == [("a", "evento", 7)]


def test_what_is_not_looked_at() -> None:
    """A lone surrogate or a huge number outside the fields that count does no harm."""
    body = b'{"cliente":"a","metadata":{"x":"\\ud800","y":1e999},"otro":' + b"9" * 4000 + b"}"

    assert decode(body) == [("a", "evento", None)]


def test_header_that_is_no_string() -> None:
    """An unreadable header never passes the event on to app_id's client."""
    with pytest.raises(NotCountableError, match="X-Client-Name is no string"):
        decode(b"{}", header_client=True, app_id="otro")


def test_long_padding_is_stripped() -> None:
    """Padding beyond any name is stripped like a single space."""
    assert decode(b'{"cliente":"' + b" " * 5000 + b'a"}')[0].cliente == "a"


@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    """Whatever the bytes, decoding returns events or a reason."""
    _decode_or_reason(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cliente", "evento", "timestamp", "metadata", "x"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(JSON_VALUES, st.none() | st.text(max_size=70), st.none() | st.text(max_size=70))
def test_any_json(value: object, header: str | None, app_id: str | None) -> None:
    """Whatever the JSON, an event that is accepted keeps the rules for names and times."""
    body = json.dumps(value).encode()

    for event in _decode_or_reason(body, header, app_id):
        for name in (event.cliente, event.evento):
            assert 1 <= len(name) <= 64
            assert name == name.strip()
            assert name.encode()
        assert event.timestamp is None or 0 <= event.timestamp < 253_402_300_800


def _decode_or_reason(body: bytes, header: object = None, app_id: str | None = None) -> list[Event]:
    try:
        return decode(body, header, app_id)
    except NotCountableError as error:
        assert str(error)
        return []
