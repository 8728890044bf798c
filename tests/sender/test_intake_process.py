"""The intake as a process: what is counted of what it takes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from intake.access.keys import hash_of
from intake.bodies.parts import PART_BYTES
from tests.broker_stack import Broker, VirtualHost
from tests.foreign_publisher import read
from tests.sender.intake_service import NDJSON, Service, serving


def test_what_is_answered_202_is_counted(service: Service) -> None:
    """An object, an array, and events whose client the address or a header names."""
    one = service.post({"cliente": "a", "evento": "x"})
    many = service.post([{"cliente": "b"}] * 3)
    service.post({"evento": "y"}, url=f"{service.url}?cliente=c%C3%B1")
    service.post([{}, {"cliente": "a"}], {"X-Client-Name": "dñ".encode()})

    assert (one.status_code, one.json()["aceptados"]) == (202, 1)
    assert (many.status_code, many.json()["aceptados"]) == (202, 3)
    assert service.counted(7) == {"a": 2, "b": 3, "cñ": 1, "dñ": 1}
    assert service.ledger()["recibidos"] == 4


def test_a_large_array_is_a_few_messages(service: Service) -> None:
    """Over 64 KB it is cut, and the answer names each message."""
    events = [{"cliente": "a", "metadata": "x" * 1000}] * 200

    answer = service.post(events)

    parts = -(-len(json.dumps(events)) // PART_BYTES)
    assert len(set(answer.json()["mensajes"])) == parts == 4
    assert service.counted(200) == {"a": 200}
    assert service.ledger()["contados"] == parts


def test_the_same_key_counts_once(service: Service) -> None:
    """Sent again, also at once, under a key: the same ids, and copies of what was counted."""
    body = json.dumps([{"cliente": "a", "metadata": "x" * 1000}] * 100).encode()
    key = {"Idempotency-Key": "8e03978e"}

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: service.post(body, key), range(4)))
    last = service.post(body, key)

    assert [answer.status_code for answer in (*answers, last)] == [202] * 5
    assert len({answer.text for answer in (*answers, last)}) == 1
    assert service.counted(100) == {"a": 100}
    assert service.ledger()["contados"] == 2


def test_a_key_is_for_one_body(service: Service) -> None:
    """Another body under it is 422 while it is remembered, and a conflict in the counters after."""
    key = {"Idempotency-Key": "k"}
    service.post({"cliente": "a"}, key)

    refused = service.post({"cliente": "b"}, key)
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["detail"]
    assert service.post({"cliente": "a"}, key).status_code == 202

    service.entrada.stop()
    service.entrada.start()
    assert service.post({"cliente": "b"}, key).status_code == 202
    service.post({"cliente": "c"})
    assert service.counted(2) == {"a": 1, "c": 1}
    assert service.ledger()["conflictos"] == 1


def test_keys_from_a_file(vhost: VirtualHost, tmp_path: Path) -> None:
    """With one, 401 without a key, 403 for another's clients, and each owner has its own ids."""
    keys = tmp_path / "claves"
    keys.write_text(f"uno {hash_of('k1').hex()} web,app-*\ndos {hash_of('k2').hex()} dos\n")
    with serving(vhost, tmp_path, ENTRADA_CLAVES=keys) as service:
        one = {"Authorization": "Bearer k1", "Idempotency-Key": "k"}
        two = {"Authorization": "Bearer k2", "Idempotency-Key": "k"}

        assert service.post({"cliente": "web"}).status_code == 401
        assert service.post({"cliente": "dos"}, one).status_code == 403
        lines = service.post(
            b'{"cliente":"app-1"}\n{"cliente":"dos"}', one | NDJSON | {"Idempotency-Key": "n"}
        )
        assert service.post({"cliente": "web"}, one).status_code == 202
        assert service.post({}, two).status_code == 202

        assert [bad["linea"] for bad in lines.json()["rechazados"]] == [2]
        assert service.counted(3) == {"app-1": 1, "dos": 1, "web": 1}


def test_too_fast_is_429(vhost: VirtualHost, tmp_path: Path) -> None:
    """And says when to come again; what was refused is not counted."""
    with serving(vhost, tmp_path, ENTRADA_MAX_PER_SECOND=0.1) as service:
        first, second = (service.post({"cliente": "a"}) for _ in range(2))

        assert (first.status_code, second.status_code) == (202, 429)
        assert int(second.headers["Retry-After"]) > 1
        assert service.counted(1) == {"a": 1}


def test_frozen_broker(own_broker: Callable[[], Broker], tmp_path: Path) -> None:
    """Unconfirmed within 5 s is 503; sent again with its key it counts once; memory stays."""
    key = {"Idempotency-Key": "k"}
    broker = own_broker()
    with broker.virtual_host() as vhost, serving(vhost, tmp_path) as service:
        broker.pause()
        try:
            before = peak_memory(service.entrada.pid)
            lines = b'{"cliente":"b","metadata":"%b"}\n' % (b"x" * 1000) * 15_000
            with ThreadPoolExecutor(2) as pool:
                one = pool.submit(service.post, {"cliente": "a"}, key)
                many = pool.submit(service.post, lines, NDJSON)
            assert one.result().status_code == 503
            assert "send exactly the same again" in one.result().json()["detail"]
            assert many.result().status_code == 503
            assert peak_memory(service.entrada.pid) - before < len(lines) / 4
        finally:
            broker.resume()

        while (again := service.post({"cliente": "a"}, key)).status_code == 503:
            time.sleep(0.1)
        assert again.status_code == 202
        service.counted_at_least(1)
        assert read(service.report_url)["clientes"]["a"] == 1


def peak_memory(pid: int) -> int:
    """Bytes of a process that were in memory at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
