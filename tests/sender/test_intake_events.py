"""What the intake takes is what the analytics count, and nothing else."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoding.event_decoding import NotCountableError, decode
from intake.access.keys import ANYONE, Caller
from intake.access.problem import LISTED, ProblemError
from intake.bodies.events import Sender, default_client_of, take_events
from intake.bodies.parts import EVENT_BYTES, cut
from intake.split import split

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
NOBODY = Sender(ANYONE, None)
TIENDA = Sender(Caller("tienda", frozenset({"web"}), ("app-",)), None)


def problem_of(body: bytes, sender: Sender = NOBODY) -> ProblemError:
    with pytest.raises(ProblemError) as error:
        take_events(split(body), sender)
    return error.value


def text_of(case: dict[str, Any]) -> bytes:
    return str(case["raw"]).encode() if "raw" in case else json.dumps(case["body"]).encode()


@pytest.mark.parametrize("case", CONTRACT["accepted"], ids=lambda case: str(case["why"]))
def test_what_the_contract_accepts_is_counted_the_same(case: dict[str, Any]) -> None:
    """The messages made of a body hold exactly the events that the contract names."""
    default = case.get("header") or case.get("app_id")

    parts = cut(take_events(split(text_of(case)), Sender(ANYONE, default)))

    events = [tuple(event) for part in parts for event in decode(part.body)]
    assert events == [tuple(event) for event in case["events"]]


@pytest.mark.parametrize("case", CONTRACT["rejected"], ids=lambda case: str(case["why"]))
def test_what_the_contract_rejects_is_refused(case: dict[str, Any]) -> None:
    """The status is 400, and the fault's field or the detail is what the contract names."""
    problem = problem_of(text_of(case))

    assert problem.status == HTTPStatus.BAD_REQUEST
    where = {f"[{fault.indice}].{fault.campo}" for fault in problem.faults}
    told = [problem.detail, *where, *(f"{fault.campo} {fault.motivo}" for fault in problem.faults)]
    assert any(str(case["names"]) in each for each in told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=4), JSON), min_size=1, max_size=4),
    st.sampled_from([b"", b"\n", b" \r\n\t"]),
)
def test_objects_one_after_another_are_an_array(events: list[Any], between: bytes) -> None:
    """Whatever they hold and whatever is between them, the same events come out."""
    texts = [json.dumps(event).encode() for event in events]

    assert split(between.join(texts)) == split(b"[%b]" % b",".join(texts))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "cliente": st.text(max_size=70) | JSON,
        "evento": st.text(max_size=70) | JSON,
        "timestamp": st.floats() | st.just("2026-11-24T07:00:00Z") | JSON,
        "metadata": JSON,
        "otro": JSON,
    },
)
BODIES = st.one_of(
    FIELDS.map(lambda event: json.dumps(event).encode()),
    st.lists(FIELDS, max_size=4).map(lambda events: json.dumps(events).encode()),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=30),
)


SURROGATES = st.sampled_from([
    rb'[{"cliente":"a"},{"cliente":"b","x":"\ud800"}]', rb'[{"cliente":"\ud800"}]',
    rb' [ {"cliente":"a","x":"\ud800"} , {"cliente":"b"} ] ', rb'["\ud800",]', rb'["\ud800"]]',
    rb'[{"cliente":"a","x":"\ud800"},,]', rb'[{"cliente":"a","x":"\ud800"}',
    rb'[{"cliente":"a","x":"\ud800"} {"cliente":"b"}]',
])  # fmt: skip


@given(BODIES | SURROGATES, st.none() | st.just("cabecera"))
def test_accepted_here_is_counted_there(body: bytes, default: str | None) -> None:
    """Whatever is sent: taken means that the analytics count it, refused that they would not."""
    try:
        expected = decode(body, default)
    except NotCountableError:
        expected = None
    try:
        parts = cut(take_events(split(body), Sender(ANYONE, default)))
        found = [event for part in parts for event in decode(part.body)]
    except ProblemError:
        found = None

    assert found == expected


def test_depth_in_a_batch_is_no_deeper_than_is_counted() -> None:
    """An event at the deepest that is taken is still counted as one of an array."""
    nested = b"[" * 98 + b"]" * 98
    event = b'{"cliente":"a","metadata":' + nested + b"}"

    (part,) = cut(take_events(split(event), NOBODY))

    assert len(decode(part.body)) == 1
    assert "nested" in problem_of(event.replace(b"[", b"[" * 40).replace(b"]", b"]" * 40)).detail


def test_every_bad_event_is_named_but_a_list_has_an_end() -> None:
    """Index and field of each; of very many the first ones, and nobody looks further."""
    events: list[object] = [{"cliente": "a"}, {"cliente": 7}, {"cliente": "b", "timestamp": "x"}]

    some = problem_of(json.dumps(events).encode())
    many = problem_of(json.dumps([{}] * 1000).encode())

    assert [(fault.indice, fault.campo) for fault in some.faults] == [
        (1, "cliente"),
        (2, "timestamp"),
    ]
    assert "[1].cliente" in some.detail
    assert len(many.faults) == LISTED
    assert "20 or more" in many.detail


def test_an_event_has_a_size() -> None:
    """One that does not fit into a part is refused, one that just does is taken."""
    frame = len(b'{"cliente":"a","metadata":""}')
    event = b'{"cliente":"a","metadata":"%b"}'

    assert take_events([event % (b"x" * (EVENT_BYTES - frame))], NOBODY)
    fault = problem_of(event % (b"x" * (EVENT_BYTES - frame + 1))).faults[0]
    assert fault.campo == "body"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (rb'{"cliente":"web"}', None),
        (rb'{"cliente":" web "}', None),
        (rb'{"cliente":"app-uno"}', None),
        (rb'{"cliente":"otro"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"webx"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"app"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"web","cliente":"otro"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"web","client\u0065":"otro"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"otro","cliente":"web"}', None),
        (rb'{"cliente":"web","x":"\ud800"}', None),
        (rb'{"cliente":"otro","x":"\ud800"}', HTTPStatus.FORBIDDEN),
        (rb'{"cliente":"web","x":"\ud800","cliente":"otro"}', HTTPStatus.FORBIDDEN),
        (rb'[{"cliente":"otro"},{"cliente":7}]', HTTPStatus.BAD_REQUEST),
    ],
)
def test_a_key_is_for_its_clients_only(event: bytes, status: HTTPStatus | None) -> None:
    """The client that decides is the one that is counted, however it is written."""
    if status is None:
        (part,) = cut(take_events(split(event), TIENDA))
        assert decode(part.body)[0].cliente in ("web", "app-uno")
    else:
        assert problem_of(event, TIENDA).status == status


def test_a_key_for_one_client_need_not_name_it() -> None:
    """Its only client is the default; a key for several has none."""
    assert default_client_of([], Caller("a", frozenset({"web"}), ())) == "web"
    assert default_client_of([], TIENDA.caller) is None
    assert default_client_of([], ANYONE) is None


def test_the_first_client_that_is_given_counts() -> None:
    """But one behind it that is no name is refused, too: it may be the one that was meant."""
    assert default_client_of([" otro ", "web"], ANYONE) == "otro"
    for bad in ([""], ["web", ""]):
        with pytest.raises(ProblemError, match="X-Client-Name"):
            default_client_of(bad, ANYONE)
