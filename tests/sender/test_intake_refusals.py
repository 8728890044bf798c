"""Bad requests: the right status, a body that names the fault, and nothing of them counted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.broker_stack import Broker
from tests.sender.intake_service import Service, serving

GOOD = b'{"cliente":"bueno"}'
LONG_NUMBER = b'{"cliente":"a","metadata":%b}' % (b"9" * 4301)
CE = {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
ONE = {"Content-Type": "application/cloudevents+json"}
PACKED = {"Content-Encoding": "gzip"}
IN_HEADERS = {f"ce-{name}": value for name, value in CE.items()}


def ce(**change: Any) -> bytes:
    return json.dumps({**CE, **change}).encode()


def beside_good(bad: bytes) -> bytes:
    return b"[%b,%b,%b]" % (GOOD, bad, GOOD)


BAD_EVENTS = [
    (b'{"cliente":7}', "cliente"),
    (b'{"cliente":""}', "cliente"),
    (b'{"cliente":" "}', "cliente"),
    (b'{"cliente":"a\\u0000"}', "cliente"),
    (b'{"cliente":"\\ud800"}', "cliente"),
    (b'{"cliente":"%b"}' % (b"x" * 65), "cliente"),
    (b'{"evento":"x"}', "cliente"),
    (b'{"cliente":null}', "cliente"),
    (b'{"cliente":["a"]}', "cliente"),
    (b'{"cliente":"a","cliente":1}', "cliente"),
    (b'{"cliente":"a","evento":""}', "evento"),
    (b'{"cliente":"a","evento":1}', "evento"),
    (b'{"cliente":"a","evento":"%b"}' % (b"x" * 65), "evento"),
    (b'{"cliente":"a","timestamp":"ayer"}', "timestamp"),
    (b'{"cliente":"a","timestamp":true}', "timestamp"),
    (b'{"cliente":"a","timestamp":-1}', "timestamp"),
    (b'{"cliente":"a","timestamp":1e300}', "timestamp"),
    (b'{"cliente":"a","timestamp":"2026-13-01T00:00:00Z"}', "timestamp"),
    (b'{"cliente":"a","metadata":"%b"}' % (b"x" * 66_000), "body"),
    (b'{"cliente":"a","metadata":%b}' % (b"[" * 200 + b"]" * 200), "JSON"),
    (b'{"cliente":"a","metadata":%b}' % (b"9" * 5000), "JSON"),
    (b'"a"', "body"),
    (b"7", "body"),
    (b"null", "body"),
    (b'[{"cliente":"a"}]', "body"),
]  # fmt: skip
BAD_BODIES = [
    (b"", {}, 400, "empty"),
    (b" \n", {}, 400, "empty"),
    (b"[]", {}, 400, "empty array"),
    (b"no es json", {}, 400, "JSON"),
    (b"cliente=web&evento=compra", {}, 400, "JSON"),
    (b'{"cliente":"a"', {}, 400, "JSON"),
    (b'{"cliente":"a"}{"cliente":"b"', {}, 400, "JSON"),
    (b'{"cliente":"a"}\n{"cliente":7}', {}, 400, "[1].cliente"),
    (b'{"cliente":"a"},{"cliente":"b"}', {}, 400, "JSON"),
    (b'{"cliente":"a"} {"cliente":"b"} x', {}, 400, "JSON"),
    (b'[{"cliente":"a"}][{"cliente":"b"}]', {}, 400, "JSON"),
    (b'{"cliente":"a","metadata":NaN}', {}, 400, "JSON"),
    (b'{"cliente":"a\xff"}', {}, 400, "JSON"),
    ('{"cliente":"a"}'.encode("utf-16"), {}, 400, "JSON"),
    (b"[\xef\xbb\xbf%b]" % GOOD, {}, 400, "JSON"),
    (b"%b\xef\xbb\xbf%b" % (GOOD, GOOD), {}, 400, "JSON"),
    (LONG_NUMBER, {}, 400, "over 4300 digits"),
    (LONG_NUMBER + GOOD, {}, 400, "over 4300 digits"),
    (b"[%b]" % LONG_NUMBER, {}, 400, "over 4300 digits"),
    (b"[" + GOOD, {}, 400, "JSON"),
    (b"[%b,]" % GOOD, {}, 400, "JSON"),
    (b"[%b] x" % GOOD, {}, 400, "JSON"),
    (b"[" * 100_000, {}, 400, "JSON"),
    (b'{"a":' * 100_000, {}, 400, "JSON"),
    (b"[%b]" % b",".join([GOOD] * 10_001), {}, 413, "10001 events"),
    (b"\n".join([GOOD] * 10_001), {}, 413, "10001 events"),
    (b" " * (1024 * 1024) + GOOD, {}, 413, "at most 1048576 bytes"),
    (GOOD, {"Content-Type": "text/plain; charset=utf-16"}, 415, "charset"),
    (GOOD, {"Content-Type": "application/xml"}, 415, "Content-Type"),
    (GOOD, {"Content-Type": "application/json; charset=latin-1"}, 415, "charset"),
    (GOOD, {"Content-Encoding": "br"}, 415, "Content-Encoding"),
    (GOOD, PACKED, 400, "gzip"),
    (gzip.compress(GOOD)[:-9], PACKED, 400, "ends early"),
    (gzip.compress(GOOD) + b"x", PACKED, 400, "gzip"),
    (gzip.compress(b""), PACKED, 400, "empty"),
    (gzip.compress(b"[%b]" % b",".join([GOOD] * 60_000)), PACKED, 413, "at most 1048576 bytes"),
    (gzip.compress(b" ") * 2000, PACKED, 400, "gzip"),
    (GOOD, {"Origin": "https://evil.example"}, 403, "Origin"),
    (GOOD, {"Idempotency-Key": ""}, 400, "Idempotency-Key"),
    (GOOD, {"Idempotency-Key": "x" * 256}, 400, "Idempotency-Key"),
    (GOOD, {"X-Client-Name": "x" * 65}, 400, "X-Client-Name"),
    (b"{}", {"X-Client-Name": b"\xff"}, 400, "X-Client-Name"),
    (b"\n\n", {"Content-Type": "application/x-ndjson"}, 400, "empty"),
    (b"[]", ONE, 400, "body"),
    (b"{", ONE, 400, "JSON"),
    (ce(specversion="0.3"), ONE, 400, "specversion"),
    (ce(id=""), ONE, 400, "id"),
    (ce(source=None), ONE, 400, "source"),
    (ce(type=1), ONE, 400, "type"),
    (ce(source="x" * 70 + "\n"*2 + "x"), ONE, 400, "source"),
    (ce(time="ayer"), ONE, 400, "time"),
    (ce(), BATCH, 400, "body"),
    (b"[%b,%b]" % (ce(), ce(id="2", type="x" * 65)), BATCH, 400, "[1].type"),
    (b"[%b,7]" % ce(), BATCH, 400, "[1].body"),
    (b"[%b]" % b",".join([ce()] * 1001), BATCH, 413, "1001 events"),
    (b"[%b,%b]" % (ce(), ce(type="otro")), BATCH, 422, "CloudEvent id"),
    (b"", {**IN_HEADERS, "ce-specversion": "2.0"}, 400, "specversion"),
    (b"", {**IN_HEADERS, "ce-id": "%FF"}, 400, "id"),
    (b"{", {**IN_HEADERS, "Content-Type": "application/json"}, 400, "JSON"),
]  # fmt: skip


@pytest.fixture(scope="module")
def service(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for the module: at its end nothing but the good event of the last test was counted."""
    folder = tmp_path_factory.mktemp("intake")
    with broker.virtual_host() as vhost, serving(vhost, folder) as service:
        yield service


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found


@pytest.mark.parametrize(("bad", "campo"), BAD_EVENTS)
def test_a_bad_event_takes_its_batch_along(service: Service, bad: bytes, campo: str) -> None:
    """Alone or between good ones it is 400, and the answer names its index and field."""
    alone = problem(service.post(bad if not bad.startswith(b"[") else b"[%b]" % bad), 400)
    among = problem(service.post(beside_good(bad)), 400)

    assert [fault["campo"] for fault in alone["errores"]] == [campo]
    assert [(fault["indice"], fault["campo"]) for fault in among["errores"]] == [(1, campo)]
    assert f"[1].{campo}" in among["detail"]


@pytest.mark.parametrize(("body", "headers", "status", "names"), BAD_BODIES)
def test_a_bad_request_says_what_is_wrong(
    service: Service, body: bytes, headers: dict[str, str], status: int, names: str
) -> None:
    """The status is that of its fault, and the detail names it."""
    assert names in problem(service.post(body, headers), status)["detail"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post(service: Service, method: str) -> None:
    """Any other method is 405, and the answer says which one is right."""
    answer = httpx.request(method, service.url, trust_env=False)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_a_webhook_is_permitted(service: Service) -> None:
    """The handshake of CloudEvents: an OPTIONS that says from whom it comes, anywhere else 404."""
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net"}

    for url in (service.url, f"{service.url}/"):
        answer = httpx.options(url, headers=asked, trust_env=False)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
        assert (answer.headers["WebHook-Allowed-Rate"], answer.headers["Allow"]) == ("*", "POST")
    assert httpx.options(f"{service.url}x", headers=asked, trust_env=False).status_code == 404


@pytest.mark.parametrize("query", ["cliente=", "cliente=%FF", "cliente=" + "x" * 65])
def test_a_bad_client_in_the_address(service: Service, query: str) -> None:
    """It is named even when every event has a client of its own."""
    answer = service.post(GOOD, url=f"{service.url}?{query}")

    assert "cliente" in problem(answer, 400)["detail"]


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {"Content-Type": "application/x-ndjson"}])
def test_a_refusal_is_heard_by_who_is_still_sending(
    service: Service, headers: dict[str, str]
) -> None:
    """A client that sends 20 MB before it listens gets its answer all the same."""
    answer = service.post((b"x" * 100_000 for _ in range(200)), headers)

    problem(answer, 403 if "Origin" in headers else 413)


def test_other_paths_are_not_there(service: Service) -> None:
    """Nothing but /eventos takes events; which is said."""
    for path in ("/", "/eventos/x"):
        answer = problem(service.post(GOOD, url=service.url.replace("/eventos", path)), 404)
        assert "POST /eventos" in answer["detail"]


def test_nothing_of_them_was_counted(service: Service) -> None:
    """After all of the above the ledger has seen two messages: the good ones of this test."""
    for url in (service.url, f"{service.url}/"):
        assert service.post(GOOD, url=url).status_code == 202

    assert service.counted(2) == {"bueno": 2}
    assert service.ledger() == {
        "recibidos": 2, "contados": 2, "duplicados": 0, "conflictos": 0, "rechazados": 0
    }  # fmt: skip
    assert len(BAD_EVENTS) + len(BAD_BODIES) > 60
