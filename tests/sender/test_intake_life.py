"""How the intake starts and stops."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from tests.sender.intake_service import Service, entrada_part

ENOUGH = 30  # seconds, on a busy machine, for what should take one to eight


def test_without_a_broker(tmp_path: Path) -> None:
    """It starts, lives, is not ready, and answers 503 with when to try again."""
    port, nobody = free_ports(2)
    part = entrada_part({"RABBITMQ_PORT": str(nobody)}, tmp_path, port, {})
    part.start(wait=False)
    base = f"http://127.0.0.1:{port}"
    try:
        until_listening(port)
        answer = httpx.post(f"{base}/eventos", json={"cliente": "a"}, trust_env=False)

        assert httpx.get(f"{base}/livez", trust_env=False).status_code == 200
        assert httpx.get(f"{base}/readyz", trust_env=False).status_code == 503
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert "this attempt took nothing" in answer.json()["detail"]
    finally:
        assert part.stop() == 0


def test_stop_finishes_what_is_in_flight(service: Service) -> None:
    """A request that is under way at SIGTERM is answered and counted; new ones find nobody."""
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        slow.sendall(b"POST /eventos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n")
        slow.sendall(b'{"cliente"')
        service.post({"cliente": "b"})  # so the slow one is being read
        os.kill(service.entrada.pid, signal.SIGTERM)
        until_refused(service.port)
        slow.sendall(b':"a"}')
        answer = slow.recv(65536)

    assert answer.startswith(b"HTTP/1.1 202")
    assert service.entrada.wait(ENOUGH) == 0
    assert service.counted(2) == {"a": 1, "b": 1}
    assert "every event is confirmed" in service.entrada.log


def test_stop_waits_for_nobody_for_long(service: Service) -> None:
    """A client that never ends its request can't hold up the end."""
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        slow.sendall(b"POST /eventos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{")
        service.post({"cliente": "b"})
        os.kill(service.entrada.pid, signal.SIGINT)

        assert service.entrada.wait(ENOUGH) == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ENTRADA_HOST": "0.0.0.0"}, "without ENTRADA_CLAVES"),
        ({"ENTRADA_CLAVES": "/nowhere"}, "ENTRADA_CLAVES='/nowhere': No such file"),
        ({"ENTRADA_HOST": "203.0.113.1", "ENTRADA_SIN_CLAVES": "permitido"}, "can't listen on"),
    ],
)
def test_a_wrong_setting_ends_it(
    tmp_path: Path, settings: dict[str, object], sentence: str
) -> None:
    """One sentence and exit code 2, before anything is tried."""
    part = entrada_part({}, tmp_path, free_ports(1)[0], settings)
    part.start(wait=False)

    assert part.wait(20) == 2
    assert sentence in part.log
    assert len(part.log.splitlines()) == 1


def test_without_keys_it_says_so_loudly(vhost: VirtualHost, tmp_path: Path) -> None:
    """When anyone may send, that is a warning in its log."""
    settings = {"ENTRADA_HOST": "0.0.0.0", "ENTRADA_SIN_CLAVES": "permitido"}
    part = entrada_part(vhost.settings, tmp_path, free_ports(1)[0], dict(settings))
    part.start()

    assert part.stop() == 0
    assert "WARNING entrada ENTRADA_SIN_CLAVES=permitido: ANYONE" in part.log


def until_listening(port: int, wanted: bool = True) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            found = True
        except OSError:
            found = False
        if found == wanted:
            return
        assert time.monotonic() < end
        time.sleep(0.02)


def until_refused(port: int) -> None:
    until_listening(port, wanted=False)
