"""Bodies as tools send them: packed, as lines that call themselves JSON, in any piece size."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

from tests.sender.intake_service import NDJSON, Service
from tests.sender.test_intake_memory import peak, resident

PACKED = {"Content-Encoding": "gzip"}
KEY = {"Idempotency-Key": "k"}
EVENTS = [{"cliente": "a", "metadata": "x" * 100 + str(number)} for number in range(2000)]
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def test_packed_or_not_is_the_same_request(service: Service) -> None:
    """However it is packed, and cut on its way, it makes the same messages: counted once."""
    plain = json.dumps(EVENTS).encode()
    half = len(plain) // 2
    two_members = gzip.compress(plain[:half]) + gzip.compress(plain[half:])
    packed = [gzip.compress(plain, 1), gzip.compress(plain, 9), two_members]

    answers = [
        service.post(plain, KEY),
        *(service.post(body, KEY | PACKED) for body in packed),
        service.post(in_pieces(packed[0], 7), KEY | PACKED),
    ]

    assert [answer.status_code for answer in answers] == [202] * len(answers)
    assert len({answer.text for answer in answers}) == 1
    assert service.counted(len(EVENTS)) == {"a": len(EVENTS)}


def test_packed_lines(service: Service) -> None:
    """NDJSON too is the same, line by line, packed or not."""
    bad = LINES + b'{"cliente":7}\n'

    answers = [
        service.post(bad, KEY | NDJSON),
        service.post(gzip.compress(bad), KEY | NDJSON | PACKED),
    ]

    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["rechazados_total"] == 1
    assert service.counted(len(EVENTS)) == {"a": len(EVENTS)}


def test_objects_one_after_another(service: Service) -> None:
    """What log shippers call JSON: lines, or objects with nothing between them; and plain text."""
    odd = b'{"cliente":"b","metadata":"}{ \\u007d\\n{"}'
    for between in (b"", b"\n", b"\r\n \t"):
        for kind in ("application/json", "text/plain; charset=UTF-8"):
            body = between.join([b'{"cliente":"a"}', odd, b'{"cliente":"a"}']) + between
            answer = service.post(body, {"Content-Type": kind})
            assert (answer.status_code, answer.json()["aceptados"]) == (202, 3)

    assert service.post(odd).json()["aceptados"] == 1
    assert service.counted(19) == {"a": 12, "b": 7}


def test_a_bomb_is_refused_before_it_unfolds(service: Service) -> None:
    """Bodies of a few KB that unfold to 64 MB cost neither memory nor the others their turn."""
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    before = resident(service.entrada.pid)

    answers = [service.post(bomb, headers | PACKED) for headers in ({}, NDJSON) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {413}
    assert peak(service.entrada.pid) - before < 20_000
    assert service.post({"cliente": "b"}).status_code == 202
