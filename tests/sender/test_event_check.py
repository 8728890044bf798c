"""The check before publishing and the decoding by the analytics must never disagree."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from decoding.event_decoding import Event, NotCountableError, decode
from events.event_check import MAX_DEPTH, MAX_EVENT, check

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
UNKNOWN_FIELD = b'{"cliente":"b","desconocido":1}'  # sends a whole batch down the slow path


def default_client(case: dict[str, Any]) -> str | None:
    client: str | None = case.get("header", case.get("app_id"))
    return client


def case_name(case: dict[str, Any]) -> str:
    name: str = case["why"]
    return name


@pytest.mark.parametrize("case", CONTRACT["accepted"], ids=case_name)
def test_accepts_what_the_contract_accepts(case: dict[str, Any]) -> None:
    """What the contract accepts passes, and is counted as it says, without a header."""
    body = case["body"]
    events = [
        check(one, default_client(case)) for one in (body if isinstance(body, list) else [body])
    ]

    assert [list(decode(event)[0]) for event in events] == case["events"]


@pytest.mark.parametrize("case", CONTRACT["rejected"], ids=case_name)
def test_refuses_what_the_contract_rejects(case: dict[str, Any]) -> None:
    """What the contract rejects is refused, with a reason that begins with the field."""
    where = re.fullmatch(r"\[(\d)\]\.?(\w*)|(\w+)", case["names"])
    assert where
    raw = json.loads(case["raw"])[int(where[1])] if where[1] else case["raw"].encode()

    with pytest.raises(ValueError, match=r"^(JSON|body|cliente|evento|timestamp): ") as refusal:
        check(raw)

    assert case.get("says", "") in str(refusal.value)
    assert (where[2] or where[3] or "object").replace("empty", "object") in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "default", "expected"),
    [
        (b' {"cliente": "a"}\r\n', None, b'{"cliente": "a"}'),
        (b'\xef\xbb\xbf {"cliente": "a"}\r\n', None, b'{"cliente": "a"}'),
        (b"\xef\xbb\xbf{}", "x", b'{"cliente":"x"}'),
        (b"{}", "x", b'{"cliente":"x"}'),
        (b'{ "evento" : "clic" } ', "x", b'{ "evento" : "clic","cliente":"x"}'),
        (b"{}", "  jose\u0301 ", b'{"cliente":"jos\xc3\xa9"}'),
        (b'{"cliente":null}', 'x"y', b'{"cliente":null,"cliente":"x\\"y"}'),
        ({"evento": "ñ"}, "é", b'{"evento":"\\u00f1","cliente":"\xc3\xa9"}'),
    ],
)
def test_text_stays_as_it_is(raw: object, default: str | None, expected: bytes) -> None:
    """The bytes stay the sender's own but for white space around and a client that was missing."""
    assert check(raw, default) == expected
    assert check(raw, default) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            b'{"cliente":"a","metadata":"%s"}' % (b"x" * MAX_EVENT),
            "body: .* bytes, at most 1048576",
        ),
        (b'{"cliente":"a","metadata":%s}' % (b"[" * 100 + b"]" * 100), "JSON: nested too deeply"),
        (b'{"cliente":"a","metadata":%s}' % (b"[" * 99_999), "JSON: nested too deeply"),
        ({"cliente": "a", "metadata": float("nan")}, "JSON: .*not JSON compliant"),
        ({"cliente": "a", "metadata": object()}, "JSON: .*not JSON serializable"),
        (b"\x0b{}", "JSON: "),
    ],
)
def test_refuses_what_could_hurt_a_batch(raw: object, reason: str) -> None:
    """Too long, too deep, or no JSON: the reason says which, and the limit."""
    with pytest.raises(ValueError, match=f"^{reason}"):
        check(raw)


def test_added_client_is_held_to_the_rules() -> None:
    """A client that is added must be a good one, and is part of the size."""
    with pytest.raises(ValueError, match=r"^cliente: a name has"):
        check(b"{}", "a\nb")
    full = b'{"metadata":"%s"}' % (b"x" * (MAX_EVENT - 15))
    with pytest.raises(ValueError, match=r"^body: 1048590 bytes, at most 1048576"):
        check(full, "a")


def test_deep_and_wide_pass_up_to_the_limit() -> None:
    """Many brackets beside one another are no depth, and the last allowed level passes."""
    wide = b'{"cliente":"a","metadata":[%s[]]}' % (b"[]," * 5000)
    deep = b'{"cliente":"a","metadata":%s}' % (
        b"[" * (MAX_DEPTH - 1) + b'"{["' + b"]" * (MAX_DEPTH - 1)
    )

    assert check(wide) == wide
    assert check(deep) == deep


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.sampled_from(["2026-11-24T07:00:00Z", "2026-11-24", "24:00", "\ud800", 1e300, 10**400])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
OBJECTS = st.dictionaries(
    st.sampled_from(["cliente", "evento", "timestamp", "metadata", "otro"]), VALUES, max_size=5
)
TEXTS = VALUES.map(json.dumps) | OBJECTS.map(json.dumps)


def decoded(body: bytes, header: str | None = None) -> list[Event] | None:
    try:
        return decode(body, header)
    except NotCountableError:
        return None


@given(text=TEXTS, cut=st.integers(0, 40), header=st.none() | st.just("cabecera"))
@example(text='{"cliente":"a","metadata":%s}' % ("9" * 5000), cut=0, header=None)
@example(text='{"cliente":"a","metadata":"\x01"}', cut=0, header=None)
@example(text='{"cliente":"a","metadata":1e999}', cut=0, header=None)
@example(text='{"cliente":"a","timestamp":1%s}' % ("0" * 400), cut=0, header=None)
@example(text='\ufeff{"cliente":"a"}', cut=0, header=None)
@example(text='{"cliente":7,"cliente":"a"}', cut=0, header=None)
@example(text='{"cliente":"\\ud800","cliente":"a"}', cut=0, header=None)
def test_agrees_with_the_analytics(text: str, cut: int, header: str | None) -> None:
    """Accepted here means counted there, as the same event, alone or in any batch; and no more."""
    body = text.encode("utf-8", "surrogatepass")[: len(text) - cut or None]
    there = decoded(body, header)
    if there is not None and body.strip()[:1] == b"[":
        return  # a batch: not what is asked here
    if there is None:
        with pytest.raises(ValueError, match=r"^\w+: "):
            check(body, header)
        return
    checked = check(body, header)
    assert decoded(checked) == there
    assert decoded(b"[%s,%s]" % (checked, UNKNOWN_FIELD)) == [*there, Event("b", "evento", None)]


@pytest.mark.parametrize("field", ["metadata", "x"])
def test_a_number_too_long_for_python(field: str) -> None:
    """Both say that it is, and neither tells a publisher to change Python."""
    event = b'{"cliente":"a","%b":%b}' % (field.encode(), b"9" * 4301)
    for read in (check, decode):
        with pytest.raises(ValueError, match=r"^JSON: a whole number of over 4300 digits$"):
            read(event)
