"""NDJSON through the intake as a process: what is counted of it, and when."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sender.intake_service import NDJSON, Service

CLOUDEVENTS = {"Content-Type": "application/cloudevents-batch+json"}


def test_ndjson_takes_the_good_lines(service: Service) -> None:
    """Each bad line is named with its number and reason; the others are counted."""
    lines = [b'{"cliente":"a"}', b"", b'{"cliente":7}', b"no es json", b"x" * 70_000, b"{}"]

    answer = service.post(b"\n".join([*lines, b'{"cliente":"b"}']), NDJSON)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["aceptados"], told["rechazados_total"]) == (2, 4)
    assert [bad["linea"] for bad in told["rechazados"]] == [3, 4, 5, 6]
    assert [bad["motivo"].partition(":")[0] for bad in told["rechazados"]] == [
        "cliente", "JSON", "body", "cliente"
    ]  # fmt: skip
    assert service.counted(2) == {"a": 1, "b": 1}


def test_byte_order_marks_are_no_part_of_what_is_sent(service: Service) -> None:
    """At the beginning of a body or a line one costs nothing, in whatever way it comes."""
    one, bom = b'{"cliente":"a"}', "\ufeff".encode()
    cloud = b'{"specversion":"1.0","id":"1","source":"a","type":"b"}'
    lines = service.post(b"\n".join([bom + one, bom, b"", bom + one + b"\r"]), NDJSON)
    others = [
        service.post(bom + one),
        service.post(bom + b"[%b,%b]" % (one, one)),
        service.post(b"\n".join([bom + one, bom, b"", bom + one + b"\r", bom])),
        service.post(bom + cloud, {"Content-Type": "application/cloudevents+json"}),
        service.post(bom + b"[%b]" % cloud.replace(b'1",', b'2",', 1), CLOUDEVENTS),
    ]

    assert (lines.json()["aceptados"], lines.json()["rechazados"]) == (2, [])
    assert [answer.status_code for answer in others] == [202] * 5
    assert service.counted(9) == {"a": 9}


def test_a_type_under_another_name_gets_a_hint(service: Service) -> None:
    """The events count, and the answer says what was probably meant; no usual answer does."""
    odd, usual = b'{"cliente":"a","event":"compra"}', b'{"cliente":"a","evento":"compra"}'

    one = service.post(b"[%b,%b]" % (usual, odd)).json()
    lines = service.post(usual + b"\n" + odd, NDJSON).json()
    answers = [service.post(usual).json(), service.post(usual, NDJSON).json()]

    assert [(hint["indice"], hint["campo"]) for hint in one["avisos"]] == [(1, "evento")]
    assert "'event'" in one["avisos"][0]["motivo"]
    assert [hint["linea"] for hint in lines["avisos"]] == [2]
    assert not [answer for answer in answers if "avisos" in answer]
    assert service.counted(6) == {"a": 6}


def test_ndjson_is_published_while_it_comes(service: Service) -> None:
    """What a slow client has sent is counted before it sends the rest."""
    line = b'{"cliente":"a","metadata":"%b"}\n' % (b"x" * 1000)

    def body() -> Iterator[bytes]:
        yield line * 200
        service.counted_at_least(100)
        yield line * 300

    answer = service.post(body(), NDJSON)

    assert answer.json()["aceptados"] == 500
    assert service.counted(500) == {"a": 500}


def test_ndjson_again_under_its_key_counts_once(service: Service) -> None:
    """However it is chopped on its way, its parts are the same."""
    lines = b"".join(b'{"cliente":"a","metadata":%d}\n' % n for n in range(5000))
    key = {**NDJSON, "Idempotency-Key": "k"}

    def chopped() -> Iterator[bytes]:
        for at in range(0, len(lines), 7777):
            yield lines[at : at + 7777]

    assert service.post(lines, key).json() == service.post(chopped(), key).json()
    assert service.counted(5000) == {"a": 5000}


def test_ndjson_that_is_too_long_says_how_far_it_came(service: Service) -> None:
    """413, and the number of messages that are confirmed: exactly those are counted."""
    line = b'{"cliente":"a","metadata":"%b"}\n' % (b"x" * 30_000)

    answer = service.post((line for _ in range(600)), NDJSON)

    assert answer.status_code == 413
    messages, _, rest = answer.json()["detail"].partition(" messages are confirmed; of the rest: ")
    assert "at most 16777216 bytes" in rest
    assert service.counted(2 * int(messages)) == {"a": 2 * int(messages)}
    assert int(messages) > 250
