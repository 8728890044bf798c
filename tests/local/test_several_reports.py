"""Several analytics behind the real Traefik: one that is dead gets no requests."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from parts.proxy import Routes, proxy_command, proxy_environment
from tests.port_ranges import free_ports
from tests.stack import HTTP, READY_SECONDS, Part, answers


class Named(BaseHTTPRequestHandler):
    """Says which server it is; `/livez` tells the proxy that it lives."""

    def do_GET(self) -> None:
        body = str(self.connection.getsockname()[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def serve(port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), Named)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(name="ports")
def _ports() -> list[int]:
    return free_ports(3)


@pytest.fixture(name="url")
def _url(ports: list[int], tmp_path: Path) -> Iterator[str]:
    web, traefik_port, panel, push, entrada = free_ports(5)
    routes = Routes(
        web, traefik_port, panel, push, ports[0], entrada, more_reporte_ports=tuple(ports[1:])
    )
    url = f"http://127.0.0.1:{routes.web_port}/reporte"
    redirect = f"http://127.0.0.1:{routes.web_port}/panel"
    environment = proxy_environment(routes, os.environ)
    traefik = Part(
        "traefik", proxy_command(), environment, tmp_path, lambda _: answers(redirect, 302)
    )
    try:
        traefik.start()
        yield url
    finally:
        traefik.kill()


def who_answers(url: str) -> set[int]:
    """Of a dozen requests in a row; empty when one of them had no answer."""
    with suppress(httpx.HTTPError, ValueError):
        return {int(HTTP.get(url, timeout=5).text) for _ in range(12)}
    return set()


def until_answered_by(url: str, servers: set[int]) -> None:
    end = time.monotonic() + READY_SECONDS
    while (found := who_answers(url)) != servers:
        assert time.monotonic() < end, f"{found} answer, and not {servers}"


def test_a_dead_one_gets_no_requests(url: str, ports: list[int]) -> None:
    """Requests go to all that live, and to one again that comes back."""
    servers = {port: serve(port) for port in ports}
    until_answered_by(url, set(ports))

    servers[ports[1]].shutdown()
    servers[ports[1]].server_close()
    until_answered_by(url, {ports[0], ports[2]})

    servers[ports[1]] = serve(ports[1])
    until_answered_by(url, set(ports))
    for server in servers.values():
        server.shutdown()
        server.server_close()
