"""What the schemas, and the rules beside them, say of a request's body is what becomes of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.access.keys import ANYONE, Caller
from intake.access.problem import ProblemError
from intake.bodies.cloudevents import take_batch, take_structured
from intake.bodies.events import Sender, take_events
from intake.split import split
from tests.contracts.cloudevent_rules import cloudevent_faults
from tests.contracts.margins import names, times
from tests.contracts.wire_schemas import CONTRACTS, example, valid

RULES = json.loads((CONTRACTS / "rules.json").read_text())
NAMES = {rule["rule"]: rule["names"] for rule in RULES["intake"]}
NOBODY = Sender(ANYONE, None)
WEB = Sender(Caller("web", frozenset({"web"}), ()), "web")
CLOUD = {"specversion": "1.0", "id": "1", "source": "a", "type": "b"}
LONG = "x" * 70 + "\x00" + "x"


def cloud(**attributes: object) -> bytes:
    return json.dumps(CLOUD | attributes).encode()


BROKEN = [
    ("http_size", NOBODY, b'{"cliente":"a","metadata":"' + b"x" * 65536 + b'"}'),
    ("http_depth", NOBODY, b'{"cliente":"a","metadata":' + b"[" * 100 + b"]" * 100 + b"}"),
    ("http_client", NOBODY, b"{}"),
    ("http_client", WEB, b'{"cliente":"otro"}'),
    ("ce_text", NOBODY, cloud(data="\ud800")),
    ("ce_text", NOBODY, cloud(data=7)[:-2] + b"1e999}"),
    ("ce_size", NOBODY, cloud(type=" " * 70_000 + "b")),
    ("ce_percent", NOBODY, cloud(source="%20")),
    ("ce_percent", NOBODY, cloud(type="%2525" + "x" * 64)),
    ("ce_percent", NOBODY, cloud(time="2026-02-30T07%3A00Z")),
    ("ce_source", NOBODY, cloud(source="%" + LONG)),
]


def refusal(kind: str, body: bytes, sender: Sender = NOBODY) -> str | None:
    """The field that a refusal names; None when the body is taken."""
    try:
        if kind == "cloudevent":
            take_structured(body, sender)
        else:
            take_events(split(body), sender)
    except ProblemError as problem:
        return problem.faults[0].campo if problem.faults else problem.detail.partition(":")[0]
    return None


@pytest.mark.parametrize(("rule", "sender", "body"), BROKEN, ids=[rule for rule, *_ in BROKEN])
def test_a_rule_that_the_schema_cannot_say(rule: str, sender: Sender, body: bytes) -> None:
    """The schema takes the body, the rule refuses it, and the refusal names what the rule says."""
    kind = "cloudevent" if rule.startswith("ce_") else "event"
    valid(kind, body)

    assert refusal(kind, body, sender) in NAMES[rule]


def test_every_rule_is_shown() -> None:
    """No rule stands in the list that nothing breaks, and none is missing there."""
    assert {rule for rule, *_ in BROKEN} == set(NAMES)


def test_what_the_contract_shows_is_taken() -> None:
    """Every example of an event, a batch and a CloudEvent."""
    for case in example("evento")["accepted"]:
        default = case.get("header") or case.get("app_id")
        body = json.dumps(case["body"]).encode()
        assert refusal("event", body, Sender(ANYONE, default)) is None
    assert refusal("cloudevent", json.dumps(example("cloudevent")).encode()) is None
    assert take_batch(json.dumps([example("cloudevent")]).encode(), NOBODY)


texts = (names | times | st.builds(quote, names.filter(str.isprintable) | times)).filter(
    lambda text: "\ud800" not in text
)
values: st.SearchStrategy[Any] = texts | st.sampled_from(
    [None, 7, True, "", [], "1.0", "%", "%25", "%FF", "%0A"]
)


def usually(good: str) -> st.SearchStrategy[Any]:
    return st.booleans().flatmap(lambda odd: values if odd else st.just(good))


@given(
    st.fixed_dictionaries(
        {"specversion": usually("1.0"), "id": usually("1"), "source": texts, "type": usually("b")},
        optional={"time": times, "data": values},
    )
    | st.fixed_dictionaries({}, optional=dict.fromkeys([*CLOUD, "time"], values))
)
@settings(max_examples=500)
def test_cloudevents_at_the_margins(event: dict[str, Any]) -> None:
    """What the contract refuses is refused with the attribute named, all else is taken."""
    expected = cloudevent_faults(event)

    named = refusal("cloudevent", json.dumps(event).encode())

    assert (named is None) == (not expected), (named, expected)
    assert named is None or named in {fault.place for fault in expected}, (named, expected)


@pytest.mark.parametrize("value", [7, [], "x", None])
def test_what_is_no_object_is_no_cloudevent(value: object) -> None:
    """As its schema says."""
    assert {fault.place for fault in cloudevent_faults(value)} == {"body"}
    with pytest.raises(ProblemError):
        take_structured(json.dumps(value).encode(), NOBODY)
