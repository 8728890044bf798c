"""What the schema of an event, and the rules beside it, say of a body is what becomes of it."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoding.event_decoding import NotCountableError, decode
from tests.contracts.body_rules import SCHEMA, Fault, faults_of, place_named
from tests.contracts.margins import names, times
from tests.contracts.wire_schemas import CONTRACTS, example

RULES = json.loads((CONTRACTS / "rules.json").read_text())
NAMES = {rule["rule"]: rule["names"] for rule in RULES["message"]}
GOOD = b'{"cliente":"a"}'
BROKEN = [
    ("size", b" " * 1024 * 1024 + GOOD),
    ("size", gzip.compress(b" " * 1024 * 1024 + GOOD)),
    ("packing", gzip.compress(GOOD)[:-1]),
    ("packing", zlib.compress(GOOD) + b"x"),
    ("packing", zlib.compress(gzip.compress(GOOD))),
    ("packing", b"\x1f\x8bx"),
    ("utf8", b'{"cliente":"\xff"}'),
    ("utf8", b"\xef\xbb\xbf" * 2 + GOOD),
    ("json", GOOD + b"x"),
    ("json", b'{"cliente":"a","metadata":NaN}'),
    ("depth", b'{"cliente":"a","metadata":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("digits", b'{"cliente":"a","otro":' + b"9" * 5000 + b"}"),
    ("surrogates", rb'{"cliente":"\ud800"}'),
    ("surrogates", rb'{"cliente":"a","evento":"x\udfff"}'),
    ("surrogates", rb'{"cliente":"a","\ud800":1}'),
    ("name_length", json.dumps({"cliente": "x" * 65}).encode()),
    ("name_length", json.dumps({"cliente": "a", "evento": "\u0958" * 33}).encode()),
    ("client", b"{}"),
    ("client", b'{"cliente":null}'),
    ("calendar", b'{"cliente":"a","timestamp":"2026-02-29T07:00:00Z"}'),
    ("calendar", b'{"cliente":"a","timestamp":"2026-02-28T24:00:00.5Z"}'),
    ("years", b'{"cliente":"a","timestamp":"1969-12-31T23:59:59Z"}'),
    ("years", b'{"cliente":"a","timestamp":"1970-01-01T00:59:59+01:00"}'),
    ("years", b'{"cliente":"a","timestamp":"9999-12-31T23:00:00-01:00"}'),
    ("line_feed", rb'{"cliente":"a","timestamp":"2026-11-24T07:00:00Z\n"}'),
]


def came_of(body: bytes, header: object = None, app_id: str | None = None) -> str | None:
    """The place that the decoder's reason names; None when the message is counted."""
    try:
        decode(body, header, app_id)
    except NotCountableError as error:
        return place_named(str(error))
    return None


def agreed(body: bytes, header: object = None, app_id: str | None = None) -> set[Fault]:
    """What the contract says of a body; raises AssertionError where the decoder differs."""
    found, place = faults_of(body, header, app_id), came_of(body, header, app_id)
    assert (place is None) == (not found), (place, found)
    assert place is None or place in {fault.place for fault in found}, (place, found)
    return found


@pytest.mark.parametrize(("rule", "body"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_a_rule_that_the_schema_cannot_say(rule: str, body: bytes) -> None:
    """The schema takes the body, the rule refuses it, and the reason names what the rule says."""
    (fault,) = agreed(body)

    assert fault.rule == rule
    assert fault.place in NAMES[rule]


def test_the_last_of_equal_names_counts() -> None:
    """Whether it is the good one or the bad one."""
    assert not agreed(b'{"cliente":7,"cliente":"a"}')
    assert {fault.rule for fault in agreed(b'{"cliente":"a","cliente":7}')} == {SCHEMA}


def test_every_rule_is_shown() -> None:
    """No rule stands in the list that nothing breaks, and none is missing there."""
    assert {rule for rule, _ in BROKEN} | {"equal_names"} == set(NAMES)


@pytest.mark.parametrize("case", example("evento")["accepted"], ids=lambda case: case["why"])
def test_what_the_contract_accepts(case: dict[str, Any]) -> None:
    """Every accepted example breaks neither schema nor rule."""
    assert not agreed(json.dumps(case["body"]).encode(), case.get("header"), case.get("app_id"))


@pytest.mark.parametrize("case", example("evento")["rejected"], ids=lambda case: case["why"])
def test_what_the_contract_rejects(case: dict[str, Any]) -> None:
    """Every rejected example does, at the place that the example names."""
    places = {fault.place for fault in agreed(case["raw"].encode())}

    named = {"empty": "body", "object": "body"}.get(case["names"], case["names"])
    assert named in places


@given(names, st.none() | names)
@settings(max_examples=300)
def test_names_at_the_margins(cliente: str, evento: str | None) -> None:
    """White space of all kinds, signs that NFC joins or parts, controls: decided alike."""
    event = {"cliente": cliente, "evento": evento}

    agreed(json.dumps(event).encode())
    agreed(b"{}", cliente)
    agreed(b"{}", None, cliente)


@given(times)
@settings(max_examples=1000)
def test_times_at_the_margins(timestamp: str) -> None:
    """Every form of a time, with each part in and out of its range: decided alike."""
    agreed(json.dumps({"cliente": "a", "timestamp": timestamp}).encode())


@given(st.integers() | st.floats() | st.sampled_from([253402300800000, 253402300799999.9, 1e11]))
def test_numbers_as_times(timestamp: float) -> None:
    """Seconds, milliseconds and what is neither: decided alike."""
    agreed(json.dumps({"cliente": "a", "timestamp": timestamp}).encode())
