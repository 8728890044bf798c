"""Each service with few files that may be open, and more clients than that."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.stack import HTTP, Part

FILES = 300
SOCKETS = 400
MOST_LOG = 20_000  # bytes
LIMITED = ["sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh"]


@contextmanager
def crowd(port: int, request: str) -> Iterator[None]:
    """As many clients as there are, each with one request, and none of which hangs up."""
    with ExitStack() as stack:
        for _ in range(SOCKETS):
            with suppress(ConnectionError):  # turned away before it could ask
                client = socket.create_connection(("127.0.0.1", port), timeout=5)
                stack.enter_context(client).sendall(request.encode())
        yield


def request(path: str, *headers: str) -> str:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "\r\n"])


def answered(url: str, seconds: float = 10.0) -> bool:
    """Whether *url* answers, to a client that tries again as it is told."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if HTTP.get(url, timeout=5).status_code == httpx.codes.OK:
                return True
        except httpx.HTTPError:
            pass
    return False


@pytest.fixture
def limited(vhost: VirtualHost, tmp_path: Path) -> Iterator[Chain]:
    """The services without the proxy, each with few files."""
    chain = Chain(vhost, tmp_path)
    del chain.parts["reverse-proxy"]
    for part in chain.parts.values():
        part.command = [*LIMITED, *part.command]
    with chain.at_work():
        yield chain


def test_more_clients_than_files(limited: Chain) -> None:
    """Each service goes on answering, and says so in a few lines, whatever they do."""
    routes = limited.routes
    etag = HTTP.get(f"http://127.0.0.1:{routes.reporte_port}/reporte").headers["ETag"]
    waits = (f"If-None-Match: {etag}", "Prefer: wait=25")
    places = [
        ("servicio-analiticas", routes.reporte_port, request("/reporte", *waits), "/reporte"),
        ("servicio-analiticas", routes.reporte_port, "", "/reporte"),
        ("servicio-analiticas", routes.reporte_port, "GET /rep", "/readyz"),
        ("panel-visual", routes.panel_port, request("/estado.json"), "/estado.json"),
        ("panel-visual", routes.panel_port, "", "/"),
        ("entrada", routes.entrada_port, "POST /eventos HTTP/1.1\r\nHost: a\r\n", "/readyz"),
    ]
    for name, port, asked, wanted in places:
        with crowd(port, asked):
            assert answered(f"http://127.0.0.1:{port}{wanted}"), (name, asked)
            assert counts_on(limited), (name, asked)
    with crowd(routes.push_port, "GET /ws HTTP/1.1\r\n"):
        assert answered(f"http://127.0.0.1:{routes.panel_port}/readyz")
    for name, part in limited.parts.items():
        assert log_bytes(part) < MOST_LOG, name


def counts_on(chain: Chain) -> bool:
    """Whether an event that is sent now is counted and reaches the panel."""
    port = chain.routes
    before = total(port.panel_port)
    sent = HTTP.post(f"http://127.0.0.1:{port.entrada_port}/eventos", json={"cliente": "a"})
    end = time.monotonic() + 10
    while total(port.panel_port) <= before and time.monotonic() < end:
        time.sleep(0.02)
    return sent.status_code == 202 and total(port.panel_port) > before


def total(panel_port: int) -> int:
    shown = HTTP.get(f"http://127.0.0.1:{panel_port}/estado.json", timeout=5).json()
    return int((shown["instantanea"] or {"total": 0})["total"])


def log_bytes(part: Part) -> int:
    return part.log_path.stat().st_size
