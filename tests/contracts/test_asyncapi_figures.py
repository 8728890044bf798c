"""What contracts/asyncapi.json says is what the product does, figure by figure."""

from __future__ import annotations

import ast
import gzip
import json
import re
import zlib
from hashlib import blake2b
from itertools import product
from typing import Any

import pytest
from websockets.frames import CloseCode

from analytics_settings import Settings
from aside.set_aside import REASONS
from broker import topology
from counting.message_identity import digest_of
from counting.totals import MAX_EVENT_TYPES
from counting.verdict import Kept, Verdict, judge
from decoding import packed_body
from decoding.event_decoding import MAX_BODY, MAX_NAME, NotCountableError, decode
from messages.frames import MAX_PAYLOAD
from messages.shown import MAX_SHOWN
from publishing import broker_link, node_connection
from push import heartbeat, pace
from push.access.limits import Limits
from push.access.origin_rule import LOCAL_HOSTS, OriginRule
from push.viewer import TOO_SLOW
from tests.contracts.asyncapi_document import channel, document, published
from tests.stack import ROOT

PANEL = channel("panel")
PUBLISH = document()["operations"]["receiveEvents"]
EVENTS = json.loads((ROOT / "tests" / "contracts" / "evento.json").read_text())
REJECTED_BODIES = [case["raw"].encode() for case in EVENTS["rejected"]]
BROKEN_PACKING = [gzip.compress(b"{}")[:-1], zlib.compress(b"{}") + b"x", b" " * (MAX_BODY + 1)]
OF_THE_LIBRARY = {CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_DATA, CloseCode.MESSAGE_TOO_BIG}
"""What `websockets` closes with by itself (`Protocol.parse`), while it has no error of its own."""


def test_limits_of_viewers() -> None:
    """Who may watch, and how much of everything."""
    limits, said = Limits(), PANEL["x-limits"]

    assert said == {
        "viewers": limits.viewers,
        "handshakesAtOnce": limits.handshakes_burst,
        "handshakesPerSecond": limits.handshakes_per_second,
        "handshakeSeconds": limits.opening,
        "handshakeBytes": limits.handshake_bytes,
        "unsentSeconds": limits.behind,
        "closeSeconds": limits.closing,
        "clientsShown": MAX_SHOWN,
        "eventTypesShown": MAX_EVENT_TYPES,
    }
    assert PANEL["x-frames"]["maxBytesBetweenPings"] == limits.bytes_between_pings
    assert PANEL["x-frames"]["sent"]["maxBytes"] == MAX_PAYLOAD
    assert f"{limits.message_bytes:,} bytes" in PANEL["x-close-codes"]["1009"]["means"]


def test_the_pace_of_messages() -> None:
    """When a change or a heartbeat comes, and how long silence may last."""
    change, beat, alive = (
        *(PANEL["x-pace"][name] for name in ("change", "heartbeat")),
        PANEL["x-keep-alive"],
    )
    limits = Limits()

    assert (change["leastSecondsBetween"], change["mostShareOfCore"]) == (pace.GAP, pace.SHARE)
    assert (beat["everySeconds"], beat["everySecondsBehind"], beat["behindFromSeconds"]) == (
        heartbeat.EVERY,
        heartbeat.EVERY_BEHIND,
        heartbeat.BEHIND,
    )
    assert (alive["pingEverySeconds"], alive["pongWithinSeconds"]) == (limits.ping, limits.pong)
    assert alive["silenceIsDeadAfterSeconds"] > 2 * heartbeat.EVERY


def test_pages_that_may_watch() -> None:
    """The rule of origins lets in what the document says, and nothing that it excludes."""
    said, rule = PANEL["x-origin"], OriginRule(8080)

    assert said["hosts"] == list(LOCAL_HOSTS)
    assert rule.accepts([]) and not said["required"]
    for scheme, host in product(said["schemes"], said["hosts"]):
        assert rule.accepts([f"{scheme}://{host}:8080"])
    assert not any(rule.accepts([origin]) for origin in said["never"])
    assert rule.accepts(["http://localhost:8080"] * said["most"])
    assert not rule.accepts(["http://localhost:8080"] * (said["most"] + 1))


def test_every_close_code_is_there() -> None:
    """Those that the panel's code names, those of its library, and that of no close at all."""
    tree = [
        node
        for path in (ROOT / "panel-visual" / "push").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]
    named = {
        CloseCode[node.attr]
        for node in tree
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "CloseCode"
    }
    codes = {*named, TOO_SLOW, *OF_THE_LIBRARY, CloseCode.ABNORMAL_CLOSURE}

    assert {int(code) for code in PANEL["x-close-codes"]} == set(map(int, codes))


@pytest.mark.parametrize("code", PANEL["x-close-codes"])
def test_the_table_for_people_says_the_same(code: str) -> None:
    """docs/websocket.md lists each code, and the same answer to whether to come back."""
    text = (ROOT / "docs" / "websocket.md").read_text()
    lines = re.findall(rf"^\| [0-9, ]*\b{code}\b[0-9, ]* \|.*\| (.*) \|$", text, re.MULTILINE)

    assert len(lines) == 1
    assert lines[0].startswith("yes") == (PANEL["x-close-codes"][code]["comeBack"] is not None)


def test_a_refused_handshake_is_come_back_from_like_a_close() -> None:
    """As from a loss where the proxy answers alone, as from a full panel where that refuses."""
    lost, full = PANEL["x-come-back"]["otherCodes"], PANEL["x-close-codes"]["1013"]["comeBack"]
    cases = [case for each in PANEL["x-handshake-statuses"].values() for case in each]

    for case in cases:
        if case["comeBack"] is not None:
            assert case["comeBack"] == (lost if case["from"] == "proxy" else full), case["means"]


def test_accounts_are_those_that_are_made() -> None:
    """Rights are those of rabbitmq/accounts.json, and allow what each is said to do."""
    made = json.loads((ROOT / "rabbitmq" / "accounts.json").read_text())
    said = document()["servers"]["broker"]["x-accounts"]

    assert {name: {**each["rights"], "tags": each["tags"]} for name, each in said.items()} == made
    for name, each in said.items():
        assert all(re.fullmatch(made[name]["write"], exchange) for exchange in each["publish"])
        assert all(re.fullmatch(made[name]["read"], queue) for queue in each["consume"])


def test_publishing_is_what_our_own_publisher_does() -> None:
    """Confirms, times and the exchange, as sender/publishing has them."""
    said = PUBLISH["x-publish"]

    assert said["exchange"] == broker_link.EXCHANGE == topology.EXCHANGE
    assert said["confirmSeconds"] == broker_link.PUBLISH_TIMEOUT
    assert said["heartbeatSeconds"] == node_connection.HEARTBEAT
    delivery_mode = published("x-properties")["properties"]["delivery_mode"]
    assert delivery_mode["const"] == PUBLISH["bindings"]["amqp"]["deliveryMode"]
    assert said["mandatory"] is PUBLISH["bindings"]["amqp"]["mandatory"] is True


def test_sizes_are_those_of_broker_and_decoder() -> None:
    """One number for what travels, and for what it unpacks to."""
    conf = (ROOT / "rabbitmq" / "rabbitmq.conf").read_text()
    headers = document()["components"]["schemas"]["eventHeaders"]["properties"]

    assert published("x-packing")["maxBytes"] == MAX_BODY
    assert f"max_message_size = {MAX_BODY}\n" in conf
    assert f"{MAX_BODY:,} bytes" in PUBLISH["x-refusals"][0]["when"]
    assert headers["X-Client-Name"]["maxLength"] == MAX_NAME
    assert published("x-properties")["properties"]["app_id"]["maxLength"] == MAX_NAME


def test_packed_bodies_are_known_by_what_is_said() -> None:
    """The first bytes of gzip and zlib."""
    gzipped, zlibbed = published("x-packing")["forms"]

    assert gzipped["firstBytes"] == [packed_body.MAGIC.hex()]
    assert set(zlibbed["firstBytes"]) == {first.hex() for first in packed_body.DEFLATE}
    for level in range(10):
        first_two = int.from_bytes(zlib.compress(b"{}", level)[:2], "big")
        assert first_two % zlibbed["firstTwoDivisibleBy"] == 0
    body = gzip.compress(b'{"cliente": "a"}') * gzipped["members"]
    assert decode(body)
    with pytest.raises(NotCountableError):
        decode(body + gzip.compress(b" "))


def test_identity_is_judged_by_the_table() -> None:
    """For each past of an id and each body the document has one row, with the product's verdict."""
    rows = published("x-identity")["verdicts"]
    words = {
        Verdict.COUNT: ("counted", "contados"),
        Verdict.REJECT: ("rejected", "rechazados"),
        Verdict.CONFLICT: ("conflict", "conflictos"),
        Verdict.DUPLICATE: ("duplicate", "duplicados"),
    }
    for same, other, good in product((None, *Kept), (None, Kept.COUNTED), (False, True)):
        if same is other is Kept.COUNTED:
            continue  # an id is counted under one body at most
        known = {body: kept for body, kept in ((1, same), (2, other)) if kept is not None}
        facts = (
            "new" if same is None else same.name.lower(),
            "counted" if other is Kept.COUNTED else "not counted",
            "good" if good else "bad",
        )
        fitting = [row for row in rows if fits(row, facts)]

        assert len(fitting) == 1, facts
        found = fitting[0]["verdict"], fitting[0]["counter"]
        assert found == words[judge(known, 1, good)], facts


def fits(row: dict[str, Any], facts: tuple[str, str, str]) -> bool:
    said = (row["thisBody"], row["otherBody"], row["events"])
    return all(word in ("any", fact) for word, fact in zip(said, facts, strict=True))


def test_an_id_is_kept_as_long_as_is_said() -> None:
    """The window, the digest, and the wait for a new queue."""
    said, settings = published("x-identity"), Settings()

    assert said["window"]["seconds"] == settings.id_window_seconds
    assert said["window"]["ids"] == settings.id_window_rows
    digest = blake2b(b"{}", digest_size=said["digest"]["bits"] // 8).digest()
    assert digest_of(b"{}") == int.from_bytes(digest, "big", signed=True)
    assert said["digest"]["algorithm"].lower() == "blake2b"
    assert channel("analyticsQueue")["x-settle-seconds"] == settings.queue_settle_seconds


def test_each_reason_names_a_field_of_the_list() -> None:
    """What can't be counted is rejected for a reason that the document has, and it has no other."""
    fields = {row["field"] for row in PUBLISH["x-rejections"]["reasons"]}
    seen = set()
    for body in (*REJECTED_BODIES, *BROKEN_PACKING):
        with pytest.raises(NotCountableError) as refused:
            decode(body)
        reason = re.sub(r"^(body: )?\[\d+\]\.?", "", str(refused.value))
        seen.add(re.split(r"[:. ]", reason)[0])

    assert seen - {""} == fields - {"message_id"}
    rules = json.loads((ROOT / "contracts" / "rules.json").read_text())["message"]
    assert {name for rule in rules for name in rule["names"]} <= fields


def test_a_cloudevent_is_no_event_here() -> None:
    """It names no client, so it is rejected."""
    event = {"specversion": "1.0", "type": "compra", "source": "/tienda", "id": "1"}

    assert channel("events")["x-cloudevents"]["taken"] is False
    with pytest.raises(NotCountableError, match="cliente"):
        decode(json.dumps(event).encode())


def test_the_time_of_a_message_is_within_the_years_of_a_timestamp() -> None:
    """AMQP's timestamp may be what the field of an event may be, in whole seconds."""
    said = published("x-properties")["properties"]["timestamp"]
    first, last = said["minimum"], said["maximum"]

    for moment in (first, last):
        assert decode(b'{"cliente": "a", "timestamp": %d}' % (moment * 1000 if moment else 0))
    for moment in (first - 1, last + 1):
        with pytest.raises(NotCountableError):
            decode(b'{"cliente": "a", "timestamp": %d}' % (moment * 1000))


def test_reasons_of_the_broker() -> None:
    """Those by which `apartados` counts."""
    deaths = document()["components"]["schemas"]["deathHeaders"]["properties"]["x-death"]

    assert set(deaths["items"]["properties"]["reason"]["enum"]) == set(REASONS)
